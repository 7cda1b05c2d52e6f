/** Parses JSON; returns undefined instead of throwing if the text is not valid JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Limit of how deep anything may nest, whoever sends it: no recursion over it overflows the stack. */
export const maxNesting = 500;

/**
 * Tells if the arrays and objects of a JSON text, as bytes of UTF-8, nest deeper than `max`. Looks at the text before it is
 * parsed, without recursion, and stops at the first level that is too deep.
 */
export function isJsonTooDeep(json: Uint8Array, max: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case byte.quote:
        at = stringEnd(json, at);
        break;
      case byte.openBrace:
      case byte.openBracket:
        depth += 1;
        if (depth > max) return true;
        break;
      case byte.closeBrace:
      case byte.closeBracket:
        depth -= 1;
        break;
    }
  }
  return false;
}

const byte = {
  quote: 0x22,
  colon: 0x3a,
  backslash: 0x5c,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  openBracket: 0x5b,
  closeBracket: 0x5d,
};

/** Tells if a JSON text, as bytes of UTF-8, has over `maxBytes` bytes that are not within a value of type string. */
export function isStructureOver(json: Uint8Array, maxBytes: number): boolean {
  let bytes = 0;
  for (let at = 0; at < json.length && bytes <= maxBytes; at++) {
    bytes += 1;
    if (json[at] !== byte.quote) continue;
    const end = stringEnd(json, at);
    // The names of members, which errors repeat, are not values.
    if (nextByte(json, end + 1) === byte.colon) bytes += end - at;
    at = end;
  }
  return bytes > maxBytes;
}

function nextByte(json: Uint8Array, start: number): number | undefined {
  let at = start;
  while (isWhiteSpace(json[at])) at += 1;
  return json[at];
}

const isWhiteSpace = (code = 0) => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

/** Finds the quote that ends the string literal that begins at `start`, or the end of the text. */
function stringEnd(json: Uint8Array, start: number): number {
  const quote = json.indexOf(byte.quote, start + 1);
  if (quote < 0) return json.length;
  let at = quote;
  while (json[at - 1] === byte.backslash) at -= 1;
  // Byte by byte: a search for each of many escaped quotes would take longer.
  while (at < json.length && json[at] !== byte.quote) at += json[at] === byte.backslash ? 2 : 1;
  return Math.min(at, json.length);
}

/**
 * Tells if a value's JSON has at most `maxBytes` bytes of UTF-8. Sizes that are far from the limit are told by a lower
 * bound, which takes a tenth of the time of writing the JSON; what is left is counted exactly.
 */
export function fitsInJson(value: unknown, maxBytes: number): boolean {
  const leastBytes = leastJsonBytes(value, maxBytes);
  if (leastBytes > maxBytes || leastBytes * maxBytesPerByte <= maxBytes) return leastBytes <= maxBytes;
  return countBytes(value, { maxBytes, bytesOf: exactBytesOf }) <= maxBytes;
}

/** Counts a lower bound of the bytes of a value's JSON, until it is over `maxBytes`. */
export function leastJsonBytes(value: unknown, maxBytes: number): number {
  return countBytes(value, { maxBytes, bytesOf: leastBytesOf });
}

/** Tells if a value of JSON has over `max` elements of arrays and members of objects, at all its levels together. */
export function hasOverParts(value: unknown, max: number): boolean {
  let parts = 0;
  const pending: unknown[] = [value];
  while (pending.length > 0 && parts <= max) {
    const part = pending.pop();
    if (typeof part !== 'object' || part === null) continue;
    const inner: unknown[] = Array.isArray(part) ? part : Object.values(part);
    parts += inner.length;
    if (parts <= max) for (const each of inner) pending.push(each);
  }
  return parts > max;
}

/** The longest that a single character or value may get: `-1.7976931348623157e+308` counts as one byte. */
const maxBytesPerByte = 24;

type BytesOf = (part: unknown) => number;

/** Counts what a string or a value without parts takes, as `bytesOf` does, until it is over `maxBytes`. */
function countBytes(value: unknown, { maxBytes, bytesOf }: { maxBytes: number; bytesOf: BytesOf }): number {
  let bytes = 0;
  // Iterative, because a value may be nested deeper than the call stack allows.
  const pending: unknown[] = [value];
  while (pending.length > 0 && bytes <= maxBytes) {
    const part = pending.pop();
    if (typeof part !== 'object' || part === null) {
      bytes += bytesOf(part);
    } else if (Array.isArray(part)) {
      bytes += brackets + Math.max(0, part.length - 1);
      for (const element of part) pending.push(element);
    } else {
      bytes += brackets;
      let fields = 0;
      for (const key in part) {
        const field = (part as Record<string, unknown>)[key];
        // JSON.stringify omits undefined fields.
        if (field === undefined) continue;
        fields += 1;
        bytes += bytesOf(key) + colon;
        pending.push(field);
      }
      bytes += Math.max(0, fields - 1);
    }
  }
  return bytes;
}

const brackets = 2;
const colon = 1;

/** One byte for each character, without escapes. */
function leastBytesOf(part: unknown): number {
  return typeof part === 'string' ? part.length + 2 : 1;
}

function exactBytesOf(part: unknown): number {
  // JSON.stringify throws for it, and so will whoever writes the value.
  if (typeof part === 'bigint') return 1;
  return Buffer.byteLength(JSON.stringify(part) ?? 'null');
}
