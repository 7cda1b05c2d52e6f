import type { Child } from '../harness/child.ts';
import { load } from '../harness/load.ts';
import { prepare } from '../harness/prepare.ts';
import { queryOf } from '../harness/queries.ts';
import { firstResponse } from '../harness/request.ts';
import type { Users } from '../harness/users.ts';
import { startVariant } from '../harness/variants.ts';
import type { Recording } from './meter.ts';

/** A running instance of this project. */
export interface System {
  name: 'network' | 'one process';
  /** The gateway's endpoint. */
  url: string;
  processes: ReadonlyMap<string, Child>;
}

/** The project in both deployments, each on its own copy of the data. */
export interface Systems {
  all: readonly System[];
  users: Users;
}

/** Starts both deployments and warms them up. While one is measured, the other is idle. */
export async function startSystems(folder: string, logProgress: (text: string) => void): Promise<Systems> {
  const { users, settings } = await prepare(folder, logProgress);
  const [gateway, one] = [await startVariant('ours', settings), await startVariant('ours-one-process', settings)];
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
  for (const child of [auth, resources, gateway, one]) await firstResponse(child, typename);
  const query = queryOf('q1');
  const warmUp = { query, users: users.readers, counter: { next: 0 }, until: { requests: query.warmUpRequests } };
  for (const { url } of all) await load({ ...warmUp, url });
  return { all, users };
}

/** Records event-loop delay and memory of each process while a load runs. */
export async function recordProcesses(
  { processes }: System,
  during: () => Promise<unknown>,
): Promise<ReadonlyMap<string, Recording>> {
  for (const child of processes.values()) child.send('start');
  await during();
  const recordings = new Map<string, Recording>();
  for (const [name, child] of processes) recordings.set(name, (await child.request('stop')) as Recording);
  return recordings;
}
