/**
 * Whether a value's JSON is of at most `maxBytes` bytes: for what passes in memory, to hold it to the limit that it
 * would meet on the network. It counts what JSON has at least, so that nothing is refused which the network would take.
 */
export function fitsInJson(value: unknown, maxBytes: number): boolean {
  let bytes = 0;
  // A list of what is left and no recursion: a value may be nested deeper than the stack.
  const left: unknown[] = [value];
  while (left.length > 0 && bytes <= maxBytes) {
    const part = left.pop();
    if (typeof part === 'string') {
      bytes += part.length + quotes;
    } else if (typeof part !== 'object' || part === null) {
      bytes += 1;
    } else if (Array.isArray(part)) {
      bytes += brackets + Math.max(0, part.length - 1);
      for (const element of part) left.push(element);
    } else {
      bytes += brackets;
      for (const key in part) {
        const field = (part as Record<string, unknown>)[key];
        // JSON leaves out what is undefined.
        if (field === undefined) continue;
        bytes += key.length + quotes + colon;
        left.push(field);
      }
    }
  }
  return bytes <= maxBytes;
}

const quotes = 2;
const brackets = 2;
const colon = 1;
