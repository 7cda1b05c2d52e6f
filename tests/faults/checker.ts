import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import {
  type AccountFindings,
  type AccountsAt,
  checkAccounts,
  findLostAccounts,
  goneAmong,
  noAccountFindings,
  readAccounts,
  undeliveredIn,
} from './checker.accounts.ts';
import type { Told, ToldResource } from './client-ledger.ts';
import { inTurns, listImages, servedSha256 } from './images-there.ts';

export interface Checked {
  /** The SQLite file. */
  file: string;
  imageService: { url: string; token: string };
  told: Told;
  /** Where there are accounts, and not only tokens. */
  accounts?: AccountsAt | undefined;
  /** The bound after which every operation must have come to its end. */
  settlesWithinMs: number;
}

/** What is wrong, a line each; where nothing is, all are empty. */
export interface Findings extends AccountFindings {
  /** Images of the project's making that no resource refers to. */
  orphans: string[];
  /** Resources whose image does not answer, or has other bytes. */
  dangling: string[];
  /** What clients were told and is not so. */
  lost: string[];
  /** Images of somebody else's that are gone or changed. */
  foreignGone: string[];
  /** Creates that made more than one resource: descriptions, each of which clients give once. */
  twice: string[];
  /** Operations that have not come to their end. */
  open: string[];
}

interface Row {
  id: string;
  version: number;
  sha256: string;
  image_id: string;
  image_url: string;
}

const pollMs = 25;

export const noFindings: Findings = {
  ...{ orphans: [], dangling: [], lost: [], foreignGone: [], twice: [], open: [] },
  ...noAccountFindings,
};

/** Compares what clients were told, the databases' rows and the image service, by means of its own. */
export async function check({ file, imageService, told, accounts: at, settlesWithinMs }: Checked): Promise<Findings> {
  const database = new Database(file, { readonly: true });
  try {
    const open = await waitUntilSettled(database, at, settlesWithinMs);
    const accounts = at && readAccounts(at.file);
    const rows = database.prepare('SELECT id, version, sha256, image_id, image_url FROM resources').all() as Row[];
    const twice = database
      .prepare('SELECT description FROM resources WHERE description <> ? GROUP BY description HAVING count(*) > 1')
      .pluck()
      .all('') as string[];
    const listed = await listImages(imageService);
    const known = new Set([...rows.map((row) => row.image_id), ...told.foreign.map(({ id }) => id)]);
    return {
      orphans: listed.filter((id) => !known.has(id)),
      dangling: await findDangling(rows),
      lost: accounts
        ? [...findLostAccounts(told, accounts), ...findLost(rows, told, goneAmong(told, accounts))]
        : findLost(rows, told),
      foreignGone: await findForeignGone(listed, told),
      twice,
      open,
      ...(at && accounts ? await checkAccounts(at, { database, told, accounts }) : noAccountFindings),
    };
  } finally {
    database.close();
  }
}

/** Until every event is accepted, what accounts have left is taken away, and every operation has come to its end. */
async function waitUntilSettled(
  database: Database.Database,
  at: AccountsAt | undefined,
  withinMs: number,
): Promise<string[]> {
  const deadline = Date.now() + withinMs;
  const open = database.prepare("SELECT state || ' ' || id FROM operations WHERE state <> 'ENDED'").pluck();
  const pending = database.prepare('SELECT user_id FROM tombstones WHERE is_pending').pluck();
  // In this order: each of them leads to the next.
  const isSettled = () =>
    (!at || undeliveredIn(at.file).length === 0) && pending.all().length + open.all().length === 0;
  while (!isSettled() && Date.now() < deadline) await setTimeout(pollMs);
  return open.all() as string[];
}

async function findDangling(rows: Row[]): Promise<string[]> {
  return inTurns(rows, async (row) => {
    const served = await servedSha256(row.image_url);
    return served === row.sha256 ? [] : [`${row.id}: ${row.image_url} is ${served}, and not ${row.sha256}`];
  });
}

async function findForeignGone(listed: string[], { foreign }: Told): Promise<string[]> {
  const there = new Set(listed);
  return inTurns(foreign, async ({ id, url, sha256 }) =>
    there.has(id) && (await servedSha256(url)) === sha256 ? [] : [id],
  );
}

/** Of owners who are gone nothing is missed. */
function findLost(rows: Row[], told: Told, goneOwners: ReadonlySet<string> = new Set()): string[] {
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const deleted = told.deleted.filter((id) => rowsById.has(id)).map((id) => `${id} was deleted, and is there`);
  const latest = new Map<string, ToldResource>();
  for (const success of told.successes.filter(({ ownerId }) => !goneOwners.has(ownerId))) {
    if ((latest.get(success.id)?.version ?? 0) <= success.version) latest.set(success.id, success);
  }
  const unsure = (id: string) => told.unsure.filter((change) => change.id === id);
  const changed = [...latest.values()].flatMap((success) => {
    const row = rowsById.get(success.id);
    if (row) return whatIsWrong(row, success, unsure(success.id));
    const mayBeGone = told.deleted.includes(success.id) || unsure(success.id).some(({ type }) => type === 'DELETE');
    return mayBeGone ? [] : [`${success.id} is gone`];
  });
  return [...deleted, ...changed];
}

/** A row must be as its last success said, but for changes that nobody heard of, each made once at most. */
function whatIsWrong(row: Row, { id, version, sha256, url }: ToldResource, unsure: Told['unsure']): string[] {
  const updates = unsure.filter(({ type }) => type === 'UPDATE');
  if (row.image_url !== url) return [`${id} has the URL ${row.image_url}, and not ${url}`];
  if (row.version < version) return [`${id} has gone back from version ${version} to ${row.version}`];
  if (row.version - version > updates.length) return [`${id} has version ${row.version}, which nobody asked for`];
  const possible = row.version === version ? [sha256] : [sha256, ...updates.map((update) => update.sha256)];
  return possible.includes(row.sha256) ? [] : [`${id} has bytes ${row.sha256}, which nobody asked for`];
}
