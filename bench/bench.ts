import { ask, firstAnswer } from './ask.ts';
import type { Child } from './child.ts';
import type { Options } from './options.ts';
import { prepare } from './prepare.ts';
import { firstPage, type MeasuredName, queryOf } from './queries.ts';
import type { Row } from './results.ts';
import { measure } from './rounds.ts';
import { requireSameAnswers } from './same-answers.ts';
import { type SideSettings, startSide, type Variant } from './sides.ts';
import { measureStartUp } from './start-up.ts';
import type { Person } from './users.ts';

/** Measures one query for every side. */
export type Measure = (query: MeasuredName) => Promise<Row[]>;

type Say = (text: string) => void;

/** Starts everything that is measured on an empty folder, and sees that all of it gives the same answers. */
export async function startBench(folder: string, options: Options, say: Say): Promise<Measure> {
  const { people, settings } = await prepare(folder, say);
  const { subgraphs } = settings;
  const sides = await startSides(options, settings);
  const typename = JSON.stringify({ query: '{ __typename }' });
  for (const child of [subgraphs.auth, subgraphs.resources, ...sides.values()]) await firstAnswer(child, typename);

  for (const person of people.readers) person.cursor = await cursorOf(person, subgraphs.resources.url);

  say('comparing answers');
  const [one, other] = people.readers;
  const answer = await requireSameAnswers(sides, [one, other]);
  const limit = await startLimit(options, { ...settings, answer });

  const { rounds, variants } = options;
  return async (query) => {
    say(query);
    if (query === 'start-up') return measureStartUp({ settings, person: one, variants, rounds });
    const measured = query === 'q1' ? new Map([...sides, ...limit]) : sides;
    const rows = await measure(queryOf(query), { sides: measured, people, rounds });
    const { auth, resources, imageService } = subgraphs;
    for (const child of [auth, resources, imageService, ...sides.values()]) child.requireAlive();
    return rows;
  };
}

async function cursorOf({ authorization }: Person, url: string): Promise<string> {
  const { data, text } = await ask(url, firstPage, authorization);
  const { endCursor } = (data as { resources?: { pageInfo: { endCursor?: string } } }).resources?.pageInfo ?? {};
  if (!endCursor) throw new Error(`A reader has no first page:\n${text}`);
  return endCursor;
}

async function startSides({ variants, cpuProf }: Options, settings: SideSettings): Promise<Map<Variant, Child>> {
  const sides = new Map<Variant, Child>();
  for (const name of variants.filter((variant) => variant !== 'constant')) {
    const nodeOptions = name === cpuProf ? ['--cpu-prof', '--cpu-prof-dir=bench/profiles'] : [];
    sides.set(name, await startSide(name, { ...settings, nodeOptions }));
  }
  return sides;
}

/** Beside the sides, as it answers nothing else. */
async function startLimit({ variants }: Options, settings: SideSettings): Promise<Map<Variant, Child>> {
  if (!variants.includes('constant')) return new Map();
  const child = await startSide('constant', settings);
  await firstAnswer(child, '');
  return new Map([['constant', child]]);
}
