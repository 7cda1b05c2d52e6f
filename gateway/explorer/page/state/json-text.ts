import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';
import { isRecord } from '../requests/exchange.ts';

/** The object that a text of JSON is, as GraphiQL takes it: with comments, or nothing. Undefined where it is half written. */
export function readObject(text: string): Record<string, unknown> | undefined {
  const mistakes: ParseError[] = [];
  const value: unknown = parse(text, mistakes, { allowTrailingComma: true, allowEmptyContent: true }) ?? {};
  return mistakes.length === 0 && isRecord(value) ? value : undefined;
}

/** The text of an object with another value at a path of keys, or without one. Everything around it stays, comments too. */
export function setAt(text: string, path: readonly string[], value: unknown): string {
  // What is missing on the way, or is no object, is made.
  const missing = path.findIndex((_, index) => !isRecord(valueAt(text, path.slice(0, index))));
  const depth = missing === -1 ? path.length : missing;
  const nested = path.slice(depth).reduceRight((inner, key) => ({ [key]: inner }), value);
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  return applyEdits(text, modify(text, path.slice(0, depth), nested, { formattingOptions }));
}

const valueAt = (text: string, path: readonly string[]) =>
  path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), readObject(text));
