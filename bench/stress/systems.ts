import { firstAnswer } from '../ask.ts';
import type { Child } from '../child.ts';
import { load } from '../load.ts';
import { prepare } from '../prepare.ts';
import { queryOf } from '../queries.ts';
import { startSide } from '../sides.ts';
import type { People } from '../users.ts';
import type { Strain } from './meter.ts';

/** The project as somebody runs it. */
export interface System {
  name: 'network' | 'one process';
  /** The gateway's. */
  url: string;
  processes: ReadonlyMap<string, Child>;
}

/** Both ways to run it, on data of their own with the same people and secrets. */
export interface Systems {
  all: readonly System[];
  people: People;
}

/** Starts both and asks each for lists until V8 has seen them; while one is measured, the other has nothing to do. */
export async function startSystems(folder: string, say: (text: string) => void): Promise<Systems> {
  const { people, settings } = await prepare(folder, say);
  const [gateway, one] = [await startSide('ours', settings), await startSide('ours-one-process', settings)];
  const { auth, resources, imageService } = settings.subgraphs;
  const all: System[] = [
    {
      name: 'network',
      url: gateway.url,
      processes: new Map(Object.entries({ gateway, auth, resources, imageService })),
    },
    { name: 'one process', url: one.url, processes: new Map([['one process', one]]) },
  ];
  const typename = JSON.stringify({ query: '{ __typename }' });
  for (const child of [auth, resources, gateway, one]) await firstAnswer(child, typename);
  const query = queryOf('q1');
  const warmUp = { query, people: people.readers, counter: { next: 0 }, until: { requests: query.warmUpRequests } };
  for (const { url } of all) await load({ ...warmUp, url });
  return { all, people };
}

/** What each process goes through while something is done. */
export async function strainOf(
  { processes }: System,
  during: () => Promise<unknown>,
): Promise<ReadonlyMap<string, Strain>> {
  for (const child of processes.values()) child.tell('strain');
  await during();
  const strains = new Map<string, Strain>();
  for (const [name, child] of processes) strains.set(name, (await child.request('relax')) as Strain);
  return strains;
}
