import { dirname } from 'node:path';
import { prepareAuth } from './account-world.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { startFleet } from './fleet.ts';
import { startAuthProcess, startResourcesProcess } from './processes.ts';
import { oneOf, seeded } from './random.ts';
import type { ResourcesProcess } from './resources-process.ts';

/** Of one process of each kind. */
export interface Urls {
  resources: string;
  auth: string;
}

/** Auth and resources, as processes that are killed at random moments and started again. */
export interface Fleets {
  /** Of any that serve just now; undefined where none of the kind does. */
  urls(): { [Kind in keyof Urls]: Urls[Kind] | undefined };
  killed(): { resources: number; auth: number };
  /** Resolves when so many of resources were killed as were to be, and none of either kind runs any more. */
  over: Promise<unknown>;
  /** One of each kind that nobody kills; to be called when that is over. */
  startLast(): Promise<Urls>;
  /** The SQLite file of auth. */
  authFile: string;
}

const resourcesAs = { size: 4, lifeMs: { shortest: 200, longest: 1_200 } };
const authAs = { size: 2, lifeMs: { shortest: 400, longest: 2_400 } };

/** Events go from any process of auth to any of resources that serves just then, as they do behind a balancer. */
export async function startFleets(settings: {
  resources: ResourcesProcess;
  kills: number;
  seed: number;
}): Promise<Fleets> {
  const { resources, kills, seed } = settings;
  const random = seeded(seed);
  const fleet = startFleet({
    ...resourcesAs,
    start: () => startResourcesProcess(resources),
    goesOn: (begun) => begun < kills,
    random: seeded(seed + 1),
  });
  let last: string | undefined;
  const events = await startFaultyProxy(() => {
    const url = last ?? oneOf(random, fleet.urls());
    return url && new URL(url).origin;
  });
  const auth = prepareAuth(dirname(resources.file), `${events.url}/events`);
  const authFleet = startFleet({
    ...authAs,
    start: () => startAuthProcess(auth),
    goesOn: () => fleet.killed() < kills,
    random: seeded(seed + 2),
  });
  return {
    urls: () => ({ resources: oneOf(random, fleet.urls()), auth: oneOf(random, authFleet.urls()) }),
    killed: () => ({ resources: fleet.killed(), auth: authFleet.killed() }),
    over: Promise.all([fleet.over, authFleet.over]),
    async startLast() {
      last = await startResourcesProcess(resources).url;
      return { resources: last, auth: await startAuthProcess(auth).url };
    },
    authFile: auth.file,
  };
}
