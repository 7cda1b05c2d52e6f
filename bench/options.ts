import { parseArgs } from 'node:util';
import { type MeasuredName, measuredNames } from './queries.ts';
import { type Variant, variants } from './sides.ts';
import { type StrainName, strainNames } from './stress/names.ts';

/** What a run measures. */
export interface Options {
  /** Compared with what is kept, and nothing is kept. */
  isCheck: boolean;
  /** All of it, so that it may be kept. */
  isWhole: boolean;
  /** Nothing is measured. */
  isPictureOnly: boolean;
  queries: readonly MeasuredName[];
  variants: readonly Variant[];
  rounds?: number | undefined;
  /** Whose CPU profile is written. */
  cpuProf?: Variant | undefined;
  /** Measured instead of queries, where there are any. */
  strains: readonly StrainName[];
}

export const help = `npm run bench [-- options]

Measures the gateway, on the network and in one process, against others in front of the same subgraphs.
Prints a table, writes bench/results.json and draws docs/performance.svg.

  --check              compare with bench/results.json instead of writing it; fails where a ratio of ours
                       has fallen by more than a fifth
  --picture            draw the picture from bench/results.json, and measure nothing
  --only <queries>     of ${measuredNames.join(', ')}; writes no results
  --variants <names>   of ${variants.join(', ')}; writes no results
  --rounds <number>    more of them narrow the range; writes no results
  --cpu-prof <name>    writes that variant's CPU profile to bench/profiles; writes no results
  --strain <names>     of ${strainNames.join(', ')}, alone: how whole systems bear what is heavy, against what
                       is asked of them; compares with nobody else, and writes no results
  --help
`;

/** Reads a command line; throws with a line to show where it cannot be understood. */
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
      strain: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { strain, ...others } = values;
  if (strain !== undefined && Object.values(others).some((value) => value !== undefined && value !== false)) {
    throw new Error('--strain: takes no other option beside it');
  }
  const cpuProf = values['cpu-prof'];
  // A change here can lower no other ratio than those of what is ours.
  const chosen = values.check ? variants.filter((name) => /^(ours|stock)/.test(name)) : variants;
  return {
    isCheck: values.check,
    isPictureOnly: values.picture,
    isWhole: [values.only, values.variants, values.rounds, cpuProf].every((value) => value === undefined),
    queries: choose('--only', values.only, measuredNames) ?? measuredNames,
    variants: withStock(choose('--variants', values.variants, variants) ?? chosen),
    ...(values.rounds !== undefined && { rounds: readRounds(values.rounds) }),
    ...(cpuProf !== undefined && { cpuProf: choose('--cpu-prof', cpuProf, variants)?.[0] }),
    strains: choose('--strain', strain, strainNames) ?? [],
  };
}

function choose<Name extends string>(option: string, given: string | undefined, names: readonly Name[]) {
  const wanted = given?.split(',');
  const unknown = wanted?.filter((name) => !(names as readonly string[]).includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`${option}: no ${unknown.join(', ')}; there are ${names.join(', ')}`);
  return wanted && names.filter((name) => wanted.includes(name));
}

/** Everything is measured against it. */
function withStock(chosen: readonly Variant[]): readonly Variant[] {
  return variants.filter((name) => name === 'stock' || chosen.includes(name));
}

function readRounds(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new Error('--rounds: a whole number from 1 to 999');
  return Number(text);
}
