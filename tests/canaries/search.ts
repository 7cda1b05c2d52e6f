import { type Canary, formsOf } from './forms.ts';

/** Says which canaries are in some bytes, each with the form it is there in and what is before it: `password, base64`. */
export type FindCanaries = (bytes: Buffer) => string[];

interface Needle {
  name: string;
  bytes: Buffer;
}

const startBytes = 4;
/** What is shorter may be in anything. */
const minBytes = 12;

/** A search for all canaries in every form at once. */
export function createSearch(canaries: Iterable<Canary>): FindCanaries {
  const byStart = new Map<number, Needle[]>();
  for (const { name, pieces } of canaries) {
    for (const [form, bytes] of pieces.flatMap(formsOf)) {
      if (bytes.length < minBytes) throw new Error(`${name} is too short to be looked for as ${form}.`);
      const start = bytes.readInt32LE();
      byStart.set(start, [...(byStart.get(start) ?? []), { name: `${name}, ${form}`, bytes }]);
    }
  }
  return (bytes) => {
    const found = new Map<string, number>();
    for (let at = 0; at + startBytes <= bytes.length; at += 1) {
      for (const { name, bytes: wanted } of byStart.get(bytes.readInt32LE(at)) ?? []) {
        if (!found.has(name) && bytes.subarray(at, at + wanted.length).equals(wanted)) found.set(name, at);
      }
    }
    return [...found].map(([name, at]) => `${name}, after ${JSON.stringify(before(bytes, at))}`);
  };
}

/** What tells people where it is. */
function before(bytes: Buffer, at: number): string {
  return bytes
    .subarray(Math.max(0, at - 60), at)
    .toString('latin1')
    .replace(/[^ -~]/g, ' ');
}

/** Where something may have leaked to. */
export interface Place {
  name: string;
  bytes: Buffer;
}

/** What is found in which place. */
export function findIn(places: readonly Place[], find: FindCanaries): string[] {
  return places.flatMap(({ name, bytes }) => find(bytes).map((what) => `${name}: ${what}`));
}
