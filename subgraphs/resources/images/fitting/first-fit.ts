import { releaseBuffers } from './picture.ts';

/** A way to encode an image. */
export interface Step {
  /** About how many bytes it takes, compared with other steps. */
  weight: number;
}

export interface Attempts<Way extends Step> {
  /** From the largest result to the smallest. */
  steps: Way[];
  encode: (step: Way) => Promise<Buffer>;
  maxBytes: number;
  /** Index of the step that is tried first. */
  from: number;
}

/** Attempts that trust the weights. Each further one decides about half of the steps that are left. */
const guesses = 2;

/** Finds the first step whose result fits; undefined if none does. */
export async function firstThatFits<Way extends Step>({ steps, encode, maxBytes, from }: Attempts<Way>) {
  let [low, high, index] = [0, steps.length, from];
  let best: Buffer | undefined;
  for (let attempt = 1; low < high; attempt += 1) {
    const { weight } = steps[index] as Way;
    const bytes = await encode(steps[index] as Way);
    releaseBuffers();
    if (bytes.length <= maxBytes) [best, high] = [bytes, index];
    else low = index + 1;
    const guess = low + nearest(steps.slice(low, high), (weight * maxBytes) / bytes.length);
    index = attempt <= guesses ? guess : Math.floor((low + high) / 2);
  }
  return best;
}

/** Index of the first step of at most this weight, or of the last one. */
export function nearest(steps: Step[], weight: number): number {
  const index = steps.findIndex((step) => step.weight <= weight);
  return index < 0 ? Math.max(steps.length - 1, 0) : index;
}
