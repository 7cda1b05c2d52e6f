import type { Child } from '../harness/child.ts';
import { prepare } from '../harness/prepare.ts';
import { firstPage, type MeasuredName, queryOf } from '../harness/queries.ts';
import { firstResponse } from '../harness/request.ts';
import type { User } from '../harness/users.ts';
import { startVariant, type Variant, type VariantSettings } from '../harness/variants.ts';
import type { Row } from './results.ts';
import { measure } from './rounds.ts';
import { requireSameResponses } from './same-responses.ts';
import { measureStartUp } from './start-up.ts';

/** Variants to compare, and for how long. */
export interface ComparisonSettings {
  variants: readonly Variant[];
  /** Each query's own number by default. */
  rounds?: number | undefined;
  /** The variant whose CPU profile is written to bench/profiles. */
  cpuProf?: Variant | undefined;
}

/** Measures one query with every gateway. */
export type Measure = (query: MeasuredName) => Promise<Row[]>;

type LogProgress = (text: string) => void;

/** Starts all gateways on an empty folder, and checks that their responses are the same. */
export async function startComparison(
  folder: string,
  options: ComparisonSettings,
  logProgress: LogProgress,
): Promise<Measure> {
  const { users, settings } = await prepare(folder, logProgress);
  const { subgraphs } = settings;
  const gateways = await startVariants(options, settings);
  const typename = JSON.stringify({ query: '{ __typename }' });
  for (const child of [subgraphs.auth, subgraphs.resources, ...gateways.values()]) await firstResponse(child, typename);

  for (const user of users.readers) user.cursor = await cursorOf(user, subgraphs.resources);

  logProgress('comparing responses');
  const [one, other] = users.readers;
  const response = await requireSameResponses(gateways, [one, other]);
  const upperLimit = await startUpperLimit(options, { ...settings, response });

  const { rounds, variants } = options;
  return async (query) => {
    logProgress(query);
    if (query === 'start-up') return measureStartUp({ settings, user: one, variants, rounds });
    const measured = query === 'q1' ? new Map([...gateways, ...upperLimit]) : gateways;
    const rows = await measure(queryOf(query), { gateways: measured, users, rounds });
    const { auth, resources, imageService } = subgraphs;
    for (const child of [auth, resources, imageService, ...gateways.values()]) child.requireAlive();
    return rows;
  };
}

async function cursorOf({ authorization }: User, resources: Child): Promise<string> {
  // Before it has fetched auth's keys, it answers with an error.
  const { data, text } = await firstResponse(resources, firstPage, authorization);
  const { endCursor } = (data as { resources?: { pageInfo: { endCursor?: string } } }).resources?.pageInfo ?? {};
  if (!endCursor) throw new Error(`The first page of a reader is empty:\n${text}`);
  return endCursor;
}

async function startVariants(
  { variants, cpuProf }: ComparisonSettings,
  settings: VariantSettings,
): Promise<Map<Variant, Child>> {
  const gateways = new Map<Variant, Child>();
  for (const name of variants.filter((variant) => variant !== 'constant')) {
    const nodeOptions = name === cpuProf ? ['--cpu-prof', '--cpu-prof-dir=bench/profiles'] : [];
    gateways.set(name, await startVariant(name, { ...settings, nodeOptions }));
  }
  return gateways;
}

/** Starts `constant`, which responds to Q1 only. */
async function startUpperLimit(
  { variants }: ComparisonSettings,
  settings: VariantSettings,
): Promise<Map<Variant, Child>> {
  if (!variants.includes('constant')) return new Map();
  const child = await startVariant('constant', settings);
  await firstResponse(child, '');
  return new Map([['constant', child]]);
}
