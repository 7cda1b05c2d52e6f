/**
 * Creates a memory of nonces. It tells whether one is new, and remembers it for at least `keepMs`; beyond `maxCount`
 * within that time, it forgets the oldest.
 */
export function createSeenNonces({
  keepMs,
  maxCount,
}: {
  keepMs: number;
  maxCount: number;
}): (nonce: string) => boolean {
  // Two generations, each of which lives on for as long as the next is filled: nothing is deleted one by one.
  let current = new Set<string>();
  let previous = new Set<string>();
  let startedAt = performance.now();

  return (nonce) => {
    const now = performance.now();
    if (now - startedAt >= keepMs || current.size >= maxCount / 2) {
      previous = now - startedAt >= 2 * keepMs ? new Set() : current;
      current = new Set();
      startedAt = now;
    }
    if (current.has(nonce) || previous.has(nonce)) return false;
    current.add(copyOf(nonce));
    return true;
  };
}

/** Copies a text that may be a part of another: V8 keeps the whole header for as long as its part. */
const copyOf = (text: string) => Buffer.from(text, 'latin1').toString('latin1');
