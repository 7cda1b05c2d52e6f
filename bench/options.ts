import { parseArgs } from 'node:util';
import type { ComparisonSettings } from './comparison/comparison.ts';
import { type MeasuredName, measuredNames } from './harness/queries.ts';
import { baseline, type Variant, variants } from './harness/variants.ts';
import { type StressTestName, stressTestNames } from './stress/stress-tests.ts';

/** Options of one run. */
export interface Options extends ComparisonSettings {
  /** Compares with the committed results, and writes nothing. */
  isCheck: boolean;
  /** Measures everything, so that the results can be committed. */
  isComplete: boolean;
  /** Measures nothing. */
  isPictureOnly: boolean;
  queries: readonly MeasuredName[];
  /** Run instead of the comparison, if there are any. */
  stressTests: readonly StressTestName[];
  /** Measures what operations cost instead of the comparison: the worst there are, or each kind. */
  costs: 'worst' | 'weights' | undefined;
  /** Repeats a search for the most expensive operation. */
  seed: number;
}

export const help = `Usage: npm run bench [-- options]

Compares the gateway, over the network and in one process, with other gateways in front of the same subgraphs.
Prints a table, writes bench/results.json and draws docs/performance.svg.

  --check              compare with bench/results.json instead of writing it; exits with 1 when this project's
                       ratio to @apollo/gateway is lower by more than a fifth
  --picture            draw docs/performance.svg from bench/results.json without measuring
  --only <queries>     comma-separated, of ${measuredNames.join(', ')}; writes no results
  --variants <names>   comma-separated, of ${variants.join(', ')};
                       writes no results
  --rounds <number>    1 to 999, more for a narrower range; writes no results
  --cpu-prof <name>    write the CPU profile of a variant to bench/profiles; writes no results
  --stress <names>     run stress tests of this project instead: comma-separated, of
                       ${stressTestNames.join(', ')}; takes no other option
  --worst              search for the query within all limits that takes most CPU; takes no other option but --seed
  --seed <number>      repeat the search that printed this seed
  --weights            measure the CPU of each kind of field beside its cost; takes no other option
  --help               print this text
`;

/** Parses the command line. Throws an error with a message for the user. */
export function readOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      check: { type: 'boolean', default: false },
      picture: { type: 'boolean', default: false },
      only: { type: 'string' },
      variants: { type: 'string' },
      rounds: { type: 'string' },
      'cpu-prof': { type: 'string' },
      stress: { type: 'string' },
      worst: { type: 'boolean', default: false },
      weights: { type: 'boolean', default: false },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const given = Object.keys(values).filter((name) => values[name as keyof typeof values]);
  const alone = given.find((name) => ['stress', 'worst', 'weights'].includes(name));
  const others = given.filter((name) => name !== alone && !(alone === 'worst' && name === 'seed'));
  if (alone && others.length > 0) throw new Error(`--${alone} cannot be combined with other options.`);
  if (values.seed !== undefined && !values.worst) throw new Error('--seed needs --worst.');
  const cpuProf = values['cpu-prof'];
  // Changes to this project affect only its own ratios.
  const byDefault = values.check ? variants.filter((name) => /^(ours|apollo)/.test(name)) : variants;
  return {
    isCheck: values.check,
    isPictureOnly: values.picture,
    isComplete: [values.only, values.variants, values.rounds, cpuProf].every((value) => value === undefined),
    queries: choose('--only', values.only, measuredNames) ?? measuredNames,
    variants: withBaseline(choose('--variants', values.variants, variants) ?? byDefault),
    ...(values.rounds !== undefined && { rounds: readRounds(values.rounds) }),
    ...(cpuProf !== undefined && { cpuProf: choose('--cpu-prof', cpuProf, variants)?.[0] }),
    seed: values.seed === undefined ? Date.now() % 2 ** 31 : readSeed(values.seed),
    costs: values.worst ? 'worst' : values.weights ? 'weights' : undefined,
    stressTests: choose('--stress', values.stress, stressTestNames) ?? [],
  };
}

function choose<Name extends string>(option: string, value: string | undefined, names: readonly Name[]) {
  const chosen = value?.split(',');
  const unknown = chosen?.filter((name) => !(names as readonly string[]).includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`${option}: unknown '${unknown.join(', ')}'. Use ${names.join(', ')}.`);
  return chosen && names.filter((name) => chosen.includes(name));
}

/** Adds the baseline, which all ratios need. */
function withBaseline(chosen: readonly Variant[]): readonly Variant[] {
  return variants.filter((name) => name === baseline || chosen.includes(name));
}

function readSeed(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error('--seed: use a whole number.');
  return Number(text);
}

function readRounds(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new Error('--rounds: use a whole number from 1 to 999.');
  return Number(text);
}
