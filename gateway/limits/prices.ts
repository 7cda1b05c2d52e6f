import { bytesWithoutStrings } from '../../platform/graphql/document-limits/text-limits.ts';

/*
 * Prices of work that the cost of an operation does not contain, in the same unit: some 6 µs of CPU. `npm run bench --
 * --weights` measures both, and docs/performance.md has the figures.
 */

/** Price of an operation: reading the request, verifying its sender, writing the response. */
export const operationPrice = 50;

/** Computes the price of parsing and validating a document. Strings are little work. */
export function priceOfDocument(text: string): number {
  return Math.ceil(50 + 0.5 * countedBytes(text) + 0.01 * text.length);
}

/** Computes the price of planning an operation of a document. */
export function priceOfPlan(text: string): number {
  return 200 + 4 * countedBytes(text);
}

/** Computes the price of a response of so many characters, which is charged if it is more than all of its request was charged before. */
export function priceOfResponse(length: number): number {
  return Math.floor(0.003 * length);
}

/** A document has no more by default; longer ones are hardly more work, because they are rejected. */
const maxCountedBytes = 15_000;

/** Counts the bytes of a document outside of strings. */
const countedBytes = (text: string) => Math.min(maxCountedBytes, bytesWithoutStrings(text, maxCountedBytes));
