import { pickBy } from './operations/random.ts';

/** How often what goes wrong in the subgraphs. Each is a probability, of a field or of a whole answer. */
export interface Mood {
  name: string;
  /** A resolver throws. */
  errors: number;
  /** An entity is gone. */
  gone: number;
  /** An answer has errors that belong to no resolver: without a path, with one that leads nowhere, without a message. */
  strayErrors: number;
  /** A value is null or missing, whatever its type. */
  nulls: number;
  /** A value is of another type. */
  wrong: number;
  /** An answer has no data, or another number of entities than were asked for, or something else for them. */
  broken: number;
  /** A call ends with an exception, or with an error for each field that was asked for. */
  down: number;
  /** Answers come in any order. */
  late: boolean;
}

const well = { errors: 0, gone: 0.03, strayErrors: 0, nulls: 0, wrong: 0, broken: 0, down: 0, late: false };

/** All the ways in which subgraphs answer. */
export const moods: readonly Mood[] = [
  { ...well, name: 'well' },
  { ...well, name: 'with errors', errors: 0.08, gone: 0.08, strayErrors: 0.15 },
  { ...well, name: 'with nulls', nulls: 0.06, gone: 0.1 },
  { ...well, name: 'with wrong types', wrong: 0.05, broken: 0.08 },
  { ...well, name: 'late', late: true, gone: 0.1 },
  { ...well, name: 'not at all', down: 0.4 },
  {
    name: 'as badly as they can',
    errors: 0.03,
    gone: 0.05,
    strayErrors: 0.1,
    nulls: 0.02,
    wrong: 0.02,
    broken: 0.04,
    down: 0.1,
    late: true,
  },
];

/** A mood more or less strong, as a hash of the seed has it: too much goes wrong to see the rest, or hardly anything. */
export function temper(mood: Mood, seed: string): Mood {
  const strength = pickBy([0.3, 1, 1, 2], seed, 'strength');
  const { errors, strayErrors, nulls, wrong, broken, down } = mood;
  return {
    ...mood,
    errors: errors * strength,
    strayErrors: strayErrors * strength,
    nulls: nulls * strength,
    wrong: wrong * strength,
    broken: broken * strength,
    down: down * strength,
  };
}
