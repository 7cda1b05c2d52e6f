import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { SideSettings } from './sides.ts';
import { startSubgraphs } from './subgraphs.ts';
import { fillDataFolder, type People } from './users.ts';

/** What every gateway is started before, and with whose data. */
export interface Prepared {
  people: People;
  settings: Pick<SideSettings, 'subgraphs' | 'ownFolder'>;
}

/** Fills databases, a copy of them for the one process, and starts the subgraphs. */
export async function prepare(folder: string, say: (text: string) => void): Promise<Prepared> {
  const shared = join(folder, 'shared');
  const ownFolder = join(folder, 'one-process');
  say('filling databases');
  const people = await fillDataFolder(shared);
  cpSync(shared, ownFolder, { recursive: true });

  say('starting processes');
  return { people, settings: { subgraphs: await startSubgraphs(shared), ownFolder } };
}
