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

const byte = { quote: 0x22, backslash: 0x5c, openBrace: 0x7b, closeBrace: 0x7d, openBracket: 0x5b, closeBracket: 0x5d };

/** Finds the quote that ends the string literal that begins at `start`, or the end of the text. */
function stringEnd(json: Uint8Array, start: number): number {
  for (let end = json.indexOf(byte.quote, start + 1); end >= 0; end = json.indexOf(byte.quote, end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === byte.backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return json.length;
}

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
