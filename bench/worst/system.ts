import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Child } from '../harness/child.ts';
import { firstResponse, sendOperation } from '../harness/request.ts';
import { startSubgraphs } from '../harness/subgraphs.ts';
import { fillDataFolder, type User } from '../harness/users.ts';
import { startVariant } from '../harness/variants.ts';
import { fillTable } from '../stress/large-table.ts';

/** The work of one operation, in all processes together. */
export interface Work {
  cpuMs: number;
  responseBytes: number;
  status: number;
}

export interface MeasuredSystem {
  resourceId: string;
  /** Sends an operation and measures it. */
  measure(source: string): Promise<Work>;
}

/** Resources of the user that asks: more than people upload, with the longest titles and descriptions there may be. */
export const resourceCount = 1_000;
const longest = { title: '\u{1f600}'.repeat(200), description: '\u{1f600}'.repeat(5_000) };

/** Starts the processes as they run in production, and a user with many large resources. */
export async function startMeasured(folder: string): Promise<MeasuredSystem> {
  const users = await fillDataFolder(folder);
  const [user] = users.creators;
  if (!user) throw new Error('There are no users.');
  const resourceId = fillWithLongest(join(folder, 'resources.sqlite'), user);
  const subgraphs = await startSubgraphs(folder);
  const gateway = await startVariant('ours', { subgraphs, ownFolder: folder });
  const children: Child[] = [gateway, subgraphs.auth, subgraphs.resources];
  const cpuMs = async () => {
    const usages = await Promise.all(children.map((child) => child.usage()));
    return usages.reduce((total, { cpuMicros }) => total + cpuMicros / 1_000, 0);
  };
  const first = JSON.stringify({ query: '{ resources(first: 1) { nodes { id owner { username } } } }' });
  await firstResponse(gateway, first, user.authorization);
  return {
    resourceId,
    measure: async (source) => {
      const before = await cpuMs();
      const { status, text } = await sendOperation(gateway.url, JSON.stringify({ query: source }), user.authorization);
      return { cpuMs: (await cpuMs()) - before, responseBytes: Buffer.byteLength(text), status };
    },
  };
}

/** Gives a user resources of the longest texts. Returns the id of one of them. */
function fillWithLongest(file: string, { id }: User): string {
  const db = new Database(file);
  const existing = Number(db.prepare('SELECT count(*) FROM resources').pluck().get());
  db.close();
  fillTable(file, [{ id, count: resourceCount }], existing + resourceCount);
  const filled = new Database(file);
  filled
    .prepare(
      'UPDATE resources SET title = @title, title_key = @title, description = @description, description_key = @description WHERE owner_id = @id',
    )
    .run({ ...longest, id });
  const resourceId = String(filled.prepare('SELECT id FROM resources WHERE owner_id = ?').pluck().get(id));
  filled.close();
  return resourceId;
}
