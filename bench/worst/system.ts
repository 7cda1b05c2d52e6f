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

/** An account that sends operations. */
export interface Account {
  authorization: string;
  /** Id of one of its resources. */
  resourceId: string;
}

export interface MeasuredSystem {
  /** Has the longest titles and descriptions there may be. */
  heavy: Account;
  ordinary: Account;
  /** Sends an operation, several times if told so, and returns the mean of what each took. */
  measure(source: string | ((nth: number) => string), sender: Sender): Promise<Work>;
}

interface Sender extends Pick<Account, 'authorization'> {
  /** 1 if omitted. */
  times?: number;
  variables?: Record<string, unknown>;
  /** Requests at the same time; 1 if omitted. */
  concurrency?: number;
}

/** Resources of each account: more than people upload. */
export const resourceCount = 1_000;
const longest = { title: '\u{1f600}'.repeat(200), description: '\u{1f600}'.repeat(5_000) };
const ordinary = {
  title: 'Picture of a holiday by the sea',
  description: 'The last evening, from the pier. '.repeat(4),
};

/** Starts the processes as they run in production, and two accounts with many resources. */
export async function startMeasured(folder: string): Promise<MeasuredSystem> {
  const users = await fillDataFolder(folder);
  const [first, second] = users.creators;
  if (!first || !second) throw new Error('There are no users.');
  const [heavyId = '', ordinaryId = ''] = fillWith(join(folder, 'resources.sqlite'), [
    [first, longest],
    [second, ordinary],
  ]);
  const subgraphs = await startSubgraphs(folder);
  const gateway = await startVariant('ours', { subgraphs, ownFolder: folder });
  const children: Child[] = [gateway, subgraphs.auth, subgraphs.resources];
  const cpuMs = async () => {
    const usages = await Promise.all(children.map((child) => child.usage()));
    return usages.reduce((total, { cpuMicros }) => total + cpuMicros / 1_000, 0);
  };
  const query = JSON.stringify({ query: '{ resources(first: 1) { nodes { id owner { username } } } }' });
  await firstResponse(gateway, query, first.authorization);
  return {
    heavy: { authorization: first.authorization, resourceId: heavyId },
    ordinary: { authorization: second.authorization, resourceId: ordinaryId },
    measure: async (source, { authorization, variables, times = 1, concurrency = 1 }) => {
      const work: Work = { cpuMs: 0, responseBytes: 0, status: 0 };
      let sent = 0;
      const sendNext = async () => {
        for (let nth = sent++; nth < times; nth = sent++) {
          const body = JSON.stringify({ query: typeof source === 'string' ? source : source(nth), variables });
          const { status, text } = await sendOperation(gateway.url, body, authorization);
          work.status = status;
          work.responseBytes = Math.max(work.responseBytes, Buffer.byteLength(text));
        }
      };
      const before = await cpuMs();
      await Promise.all(Array.from({ length: concurrency }, sendNext));
      return { ...work, cpuMs: ((await cpuMs()) - before) / times };
    },
  };
}

/** Gives each user resources of the same texts. Returns the id of one of them for each. */
function fillWith(file: string, accounts: readonly [User, { title: string; description: string }][]): string[] {
  const db = new Database(file);
  const existing = Number(db.prepare('SELECT count(*) FROM resources').pluck().get());
  db.close();
  const owners = accounts.map(([{ id }]) => ({ id, count: resourceCount }));
  fillTable(file, owners, existing + resourceCount * owners.length);
  const filled = new Database(file);
  const ids = accounts.map(([{ id }, texts]) => {
    filled
      .prepare(
        'UPDATE resources SET title = @title, title_key = @title, description = @description, description_key = @description WHERE owner_id = @id',
      )
      .run({ ...texts, id });
    return String(filled.prepare('SELECT id FROM resources WHERE owner_id = ?').pluck().get(id));
  });
  filled.close();
  return ids;
}
