/** A source of random choices that a seed decides: the same seed, the same choices, on every machine. */
export interface Random {
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** As many as `probability` lets through, at least one, in their order. */
  some<T>(list: readonly T[], probability: number): T[];
}

/** Choices after a seed, made by mulberry32. */
export function createRandom(seed: string | number): Random {
  let state = hashOf(seed);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    return mixed(state) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new Error('There is nothing to pick from.');
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

/** A 32 bit hash of what is given: FNV-1a, whose bits are then mixed. Good for tests and for nothing else. */
export function hashOf(...parts: readonly (string | number)[]): number {
  const text = parts.join('\u0000');
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mixed(hash);
}

/** Whether something happens that a hash of `parts` decides, so that it does not matter when or how often one asks. */
export function happens(probability: number, ...parts: readonly (string | number)[]): boolean {
  return probability > 0 && hashOf(...parts) / 2 ** 32 < probability;
}

/** One of a list, by a hash of `parts`. */
export function pickBy<T>(list: readonly T[], ...parts: readonly (string | number)[]): T {
  if (list.length === 0) throw new Error('There is nothing to pick from.');
  return list[hashOf(...parts) % list.length] as T;
}

/** JSON that is the same whatever the order of an object's keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (isRecord(part) ? sorted(part) : part)) ?? 'undefined';
}

/** Whether a value is an object that is no list. */
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
