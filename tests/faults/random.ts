/** Numbers from 0 up to 1 that a seed tells beforehand (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of them, or undefined where there is none. */
export function oneOf<Thing>(random: Random, things: readonly Thing[]): Thing | undefined {
  return things[Math.floor(random() * things.length)];
}
