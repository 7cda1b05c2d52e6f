import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { ClientLedger, LedgerResource } from '../clients/ledger.ts';
import {
  type AccountFindings,
  type AccountLocations,
  checkAccounts,
  deletedAccountIds,
  findLostAccounts,
  noAccountFindings,
  readAccounts,
  undeliveredEvents,
} from './account-checker.ts';
import { inBatches, listImages, servedSha256 } from './stored-images.ts';

export interface Checked {
  /** The SQLite file. */
  file: string;
  imageService: { url: string; token: string };
  ledger: ClientLedger;
  /** Undefined in tests that use tokens without accounts. */
  accounts?: AccountLocations | undefined;
  /** Time after which no operation may be unfinished. */
  withinMs: number;
}

/** Violations, one line each. All lists are empty if the system is consistent. */
export interface Findings extends AccountFindings {
  /** Images that the project stored and no resource refers to. */
  orphans: string[];
  /** Resources whose image is not served, or with other bytes. */
  dangling: string[];
  /** Confirmed changes that are not in the database. */
  lost: string[];
  /** Foreign images that were deleted or changed. */
  foreignChanged: string[];
  /** Descriptions of more than one resource: every create of a client has its own. */
  twice: string[];
  /** Unfinished operations. */
  open: string[];
  /** Results of SQLite's own check of both databases. */
  damaged: string[];
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
  ...{ orphans: [], dangling: [], lost: [], foreignChanged: [], twice: [], open: [], damaged: [] },
  ...noAccountFindings,
};

/** Compares the clients' ledger, the databases' rows and the images stored. Uses none of the product's code. */
export async function check({ file, imageService, ledger, accounts: at, withinMs }: Checked): Promise<Findings> {
  const database = new Database(file, { readonly: true });
  try {
    const open = await waitUntilFinished(database, at, withinMs);
    const accounts = at && readAccounts(at.file);
    const rows = database.prepare('SELECT id, version, sha256, image_id, image_url FROM resources').all() as Row[];
    const twice = database
      .prepare('SELECT description FROM resources WHERE description <> ? GROUP BY description HAVING count(*) > 1')
      .pluck()
      .all('') as string[];
    const listed = await listImages(imageService);
    const expected = new Set([...rows.map((row) => row.image_id), ...ledger.foreign.map(({ id }) => id)]);
    return {
      orphans: listed.filter((id) => !expected.has(id)),
      dangling: await findDangling(rows),
      lost: accounts
        ? [...findLostAccounts(ledger, accounts), ...findLost(rows, ledger, deletedAccountIds(ledger, accounts))]
        : findLost(rows, ledger),
      foreignChanged: await findForeignChanged(listed, ledger),
      twice,
      open,
      damaged: [file, ...(at ? [at.file] : [])].flatMap(findDamage),
      ...(at && accounts ? await checkAccounts(at, { database, ledger, accounts }) : noAccountFindings),
    };
  } finally {
    database.close();
  }
}

function findDamage(file: string): string[] {
  const database = new Database(file, { readonly: true });
  try {
    const results = database.pragma('integrity_check') as { integrity_check: string }[];
    return results.map((result) => result.integrity_check).filter((result) => result !== 'ok');
  } finally {
    database.close();
  }
}

/** Waits until every event is accepted, every deleted account is purged, and every operation has ended. */
async function waitUntilFinished(
  database: Database.Database,
  at: AccountLocations | undefined,
  withinMs: number,
): Promise<string[]> {
  const deadline = Date.now() + withinMs;
  const open = database.prepare("SELECT state || ' ' || id FROM operations WHERE state <> 'ENDED'").pluck();
  const pending = database.prepare('SELECT user_id FROM tombstones WHERE is_pending').pluck();
  // In this order: an event starts a purge, and a purge starts operations.
  const isFinished = () =>
    (!at || undeliveredEvents(at.file).length === 0) && pending.all().length + open.all().length === 0;
  while (!isFinished() && Date.now() < deadline) await setTimeout(pollMs);
  return open.all() as string[];
}

async function findDangling(rows: Row[]): Promise<string[]> {
  return inBatches(rows, async (row) => {
    const served = await servedSha256(row.image_url);
    return served === row.sha256 ? [] : [`${row.id}: ${row.image_url} serves ${served} instead of ${row.sha256}`];
  });
}

async function findForeignChanged(listed: string[], { foreign }: ClientLedger): Promise<string[]> {
  const there = new Set(listed);
  return inBatches(foreign, async ({ id, url, sha256 }) =>
    there.has(id) && (await servedSha256(url)) === sha256 ? [] : [id],
  );
}

/** Resources of deleted accounts may be missing. */
function findLost(rows: Row[], ledger: ClientLedger, deletedOwners: ReadonlySet<string> = new Set()): string[] {
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const deleted = ledger.deleted.filter((id) => rowsById.has(id)).map((id) => `${id} was deleted, but exists`);
  const latest = new Map<string, LedgerResource>();
  for (const success of ledger.successes.filter(({ ownerId }) => !deletedOwners.has(ownerId))) {
    if ((latest.get(success.id)?.version ?? 0) <= success.version) latest.set(success.id, success);
  }
  const uncertain = (id: string) => ledger.uncertain.filter((change) => change.id === id);
  const changed = [...latest.values()].flatMap((success) => {
    const row = rowsById.get(success.id);
    if (row) return violationsOf(row, success, uncertain(success.id));
    const mayBeGone =
      ledger.deleted.includes(success.id) || uncertain(success.id).some(({ type }) => type === 'DELETE');
    return mayBeGone ? [] : [`${success.id} is missing`];
  });
  return [...deleted, ...changed];
}

/** A row must equal its last confirmed state, except for uncertain changes, each of which may have been made once. */
function violationsOf(
  row: Row,
  { id, version, sha256, url }: LedgerResource,
  uncertain: ClientLedger['uncertain'],
): string[] {
  const updates = uncertain.filter(({ type }) => type === 'UPDATE');
  if (row.image_url !== url) return [`${id} has the URL ${row.image_url} instead of ${url}`];
  if (row.version < version) return [`${id} went back from version ${version} to ${row.version}`];
  if (row.version - version > updates.length) return [`${id} has version ${row.version}, which no client requested`];
  const possible = row.version === version ? [sha256] : [sha256, ...updates.map((update) => update.sha256)];
  return possible.includes(row.sha256) ? [] : [`${id} has bytes ${row.sha256}, which no client requested`];
}
