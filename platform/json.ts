/** Parses JSON; returns undefined instead of throwing if the text is not valid JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Limit of how deep JSON and documents may nest: no client needs it, and no recursion over it overflows the stack. */
export const maxNesting = 500;

/** Tells if a JSON text of `length` characters may nest deeper than `maxNesting`. */
export const mayNestTooDeep = (length: number): boolean => length > 2 * maxNesting;

/** Tells if the arrays and objects of a parsed JSON value nest deeper than `maxNesting`. */
export function isNestedTooDeep(value: unknown): boolean {
  let level = [value].filter(isObject);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === maxNesting) return true;
    level = level.flatMap((part) => Object.values(part).filter(isObject));
  }
  return false;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Tells if a value's JSON has at most `maxBytes` bytes, so that in-process calls meet the same limit as calls over the
 * network. Counts a lower bound (one byte per character, no escapes): it never rejects what the network would accept.
 */
export function fitsInJson(value: unknown, maxBytes: number): boolean {
  let bytes = 0;
  // Iterative, because a value may be nested deeper than the call stack allows.
  const pending: unknown[] = [value];
  while (pending.length > 0 && bytes <= maxBytes) {
    const part = pending.pop();
    if (typeof part === 'string') {
      bytes += part.length + quotes;
    } else if (typeof part !== 'object' || part === null) {
      bytes += 1;
    } else if (Array.isArray(part)) {
      bytes += brackets + Math.max(0, part.length - 1);
      for (const element of part) pending.push(element);
    } else {
      bytes += brackets;
      for (const key in part) {
        const field = (part as Record<string, unknown>)[key];
        // JSON.stringify omits undefined fields.
        if (field === undefined) continue;
        bytes += key.length + quotes + colon;
        pending.push(field);
      }
    }
  }
  return bytes <= maxBytes;
}

const quotes = 2;
const brackets = 2;
const colon = 1;
