/** Pseudo-random choices. The same seed gives the same choices on every machine. */
export interface Random {
  /** Returns an integer from 0 to `end` - 1. */
  below(end: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Picks each item with `probability`, at least one, and keeps their order. */
  some<T>(list: readonly T[], probability: number): T[];
}

/** Creates pseudo-random choices by mulberry32. */
export function createRandom(seed: string | number): Random {
  let state = hashOf(seed);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    return mixed(state) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new Error('The list to pick from is empty.');
    return list[below(list.length)] as T;
  };
  const chance = (probability: number) => next() < probability;
  return {
    below,
    chance,
    pick,
    some: (list, probability) => {
      const chosen = list.filter(() => chance(probability));
      return chosen.length > 0 ? chosen : [pick(list)];
    },
  };
}

/** Hashes to 32 bits by FNV-1a and mixes the bits. Not for cryptography. */
export function hashOf(...parts: readonly (string | number)[]): number {
  const text = parts.join('\u0000');
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mixed(hash);
}

/** Decides by a hash of `parts`, so that the result does not depend on when or how often it is called. */
export function happens(probability: number, ...parts: readonly (string | number)[]): boolean {
  return probability > 0 && hashOf(...parts) / 2 ** 32 < probability;
}

/** Picks an item by a hash of `parts`. */
export function pickBy<T>(list: readonly T[], ...parts: readonly (string | number)[]): T {
  if (list.length === 0) throw new Error('The list to pick from is empty.');
  return list[hashOf(...parts) % list.length] as T;
}

/** Serializes to JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (isRecord(part) ? sorted(part) : part)) ?? 'undefined';
}

/** Tells whether a value is an object and no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function mixed(state: number): number {
  let bits = Math.imul(state ^ (state >>> 15), state | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return (bits ^ (bits >>> 14)) >>> 0;
}
