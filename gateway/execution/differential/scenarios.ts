import { pickBy } from './operations/random.ts';

/** How often each kind of fault occurs in the subgraphs, as probabilities from 0 to 1. */
export interface Scenario {
  /** Completes "subgraphs …". */
  name: string;
  /** A resolver throws. */
  errors: number;
  /** An entity does not exist. */
  gone: number;
  /** A response has errors of no resolver: without a path, with a path that leads nowhere, without a message. */
  strayErrors: number;
  /** A value is null or missing, whatever its type. */
  nulls: number;
  /** A value has another type than the schema's. */
  wrong: number;
  /** A response has no data, or for entities another number of items or something other than objects. */
  broken: number;
  /** A call rejects, or responds with an error for each requested field. */
  down: number;
  /** Responses arrive in random order. */
  late: boolean;
}

const healthy = { errors: 0, gone: 0.03, strayErrors: 0, nulls: 0, wrong: 0, broken: 0, down: 0, late: false };

export const scenarios: readonly Scenario[] = [
  { ...healthy, name: 'well' },
  { ...healthy, name: 'with errors', errors: 0.08, gone: 0.08, strayErrors: 0.15 },
  { ...healthy, name: 'with nulls', nulls: 0.06, gone: 0.1 },
  { ...healthy, name: 'with wrong types', wrong: 0.05, broken: 0.08 },
  { ...healthy, name: 'late', late: true, gone: 0.1 },
  { ...healthy, name: 'not at all', down: 0.4 },
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

/**
 * Scales the probabilities of a scenario by a factor that depends on the seed, so that some cases have hardly any faults
 * and others so many that they hide each other.
 */
export function scale(scenario: Scenario, seed: string): Scenario {
  const factor = pickBy([0.3, 1, 1, 2], seed, 'strength');
  const { errors, strayErrors, nulls, wrong, broken, down } = scenario;
  return {
    ...scenario,
    errors: errors * factor,
    strayErrors: strayErrors * factor,
    nulls: nulls * factor,
    wrong: wrong * factor,
    broken: broken * factor,
    down: down * factor,
  };
}
