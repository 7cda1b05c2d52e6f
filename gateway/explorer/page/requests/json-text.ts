import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';
import { isRecord } from './exchange.ts';

/** Parses an object from JSON with comments, as GraphiQL's editors accept it. A blank text is an empty object. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true, allowEmptyContent: true }) ?? {};
  return errors.length === 0 && isRecord(value) ? value : undefined;
}

/** Sets the value at a path of keys, or removes it where `value` is undefined. Keeps comments and formatting. */
export function setAt(text: string, path: readonly string[], value: unknown): string {
  // Missing parents, and parents that are no objects, are created.
  const missing = path.findIndex((_, index) => !isRecord(valueAt(text, path.slice(0, index))));
  const depth = missing === -1 ? path.length : missing;
  const nested = path.slice(depth).reduceRight((inner, key) => ({ [key]: inner }), value);
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  return applyEdits(text, modify(text, path.slice(0, depth), nested, { formattingOptions }));
}

const valueAt = (text: string, path: readonly string[]) =>
  path.reduce<unknown>((parent, key) => (isRecord(parent) ? parent[key] : undefined), parseObject(text));
