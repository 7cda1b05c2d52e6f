import type { ResponsePath } from '@apollo/query-planner';
import type { Data } from './run.ts';

/**
 * Finds the objects at a plan's path, in which `@` stands for every element of a list. Skips nulls. Like Apollo's executor,
 * throws for data without a list or an object where the path needs one; the client of a subgraph rejects such data.
 */
export function objectsAt(data: Data, path: ResponsePath): Data[] {
  const found: Data[] = [];
  collect({ value: data, path, index: 0, found });
  return found;
}

interface Search {
  value: unknown;
  path: ResponsePath;
  /** Index of the next part of the path. */
  index: number;
  found: Data[];
}

function collect({ value, path, index, found }: Search): void {
  if (value === undefined || value === null) return;
  const part = path[index];
  if (part === undefined) {
    addAll(value, found);
  } else if (part === '@') {
    if (!Array.isArray(value)) throw new Error(`A subgraph returned no list at ${path.join('.')}.`);
    for (const element of value) collect({ value: element, path, index: index + 1, found });
  } else {
    if (Array.isArray(value)) throw new Error(`A subgraph returned a list at ${path.join('.')}.`);
    if (Object.hasOwn(value, part)) collect({ value: (value as Data)[part], path, index: index + 1, found });
  }
}

function addAll(value: unknown, found: Data[]): void {
  if (!Array.isArray(value)) found.push(value as Data);
  else for (const element of value) if (element !== undefined && element !== null) found.push(element);
}
