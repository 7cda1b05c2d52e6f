import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { startSubgraphs } from './subgraphs.ts';
import { fillDataFolder, type Users } from './users.ts';
import type { VariantSettings } from './variants.ts';

/** The running subgraphs and their users. */
export interface Prepared {
  users: Users;
  settings: Pick<VariantSettings, 'subgraphs' | 'ownFolder'>;
}

/** Fills the databases, copies them for the single process, and starts the subgraphs. */
export async function prepare(folder: string, logProgress: (text: string) => void): Promise<Prepared> {
  const shared = join(folder, 'shared');
  const ownFolder = join(folder, 'one-process');
  logProgress('filling databases');
  const users = await fillDataFolder(shared);
  cpSync(shared, ownFolder, { recursive: true });

  logProgress('starting processes');
  return { users, settings: { subgraphs: await startSubgraphs(shared), ownFolder } };
}
