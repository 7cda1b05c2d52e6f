import Database from 'better-sqlite3';
import { resourceCount } from '../../support/graphql/documents.ts';
import { requestTo } from '../../support/graphql/request.ts';
import type { ClientLedger, RequestState } from '../clients/ledger.ts';
import { inBatches, servedSha256 } from './stored-images.ts';

/** Where the checker finds accounts and tests their tokens. */
export interface AccountLocations {
  /** The SQLite file of auth. */
  file: string;
  /** URL of a running resources subgraph. */
  resourcesUrl: string;
}

/** Violations that concern accounts, one line each. */
export interface AccountFindings {
  /** Data of deleted accounts. */
  remains: string[];
  /** Ended sessions whose tokens are accepted. */
  accepted: string[];
  /** Open sessions whose tokens are rejected. */
  rejected: string[];
  /** Events in the outbox. */
  undelivered: string[];
  /** Users whose events were not all accepted in order, and accepted events that were never sent. */
  disordered: string[];
}

export const noAccountFindings: AccountFindings = {
  remains: [],
  accepted: [],
  rejected: [],
  undelivered: [],
  disordered: [],
};

interface JournalEntry {
  jti: string;
  userId: string;
}

/** Contents of auth's database. */
interface AccountRows {
  users: Set<string>;
  sessions: Set<string>;
  undelivered: string[];
  journal: JournalEntry[];
}

/** Adds a trigger to auth's database that copies every event of the outbox to a journal, in order. */
export function createEventJournal(database: Database.Database): void {
  database.exec(`
    CREATE TABLE journal (seq INTEGER PRIMARY KEY, jti TEXT NOT NULL, user_id TEXT NOT NULL);
    CREATE TRIGGER keep_journal AFTER INSERT ON outbox
    BEGIN INSERT INTO journal VALUES (new.seq, new.jti, new.user_id); END`);
}

export function readAccounts(file: string): AccountRows {
  return reading(file, (database) => ({
    users: new Set(idsIn(database, 'SELECT id FROM users')),
    sessions: new Set(idsIn(database, 'SELECT id FROM sessions')),
    undelivered: idsIn(database, outbox),
    journal: database.prepare('SELECT jti, user_id AS userId FROM journal ORDER BY seq').all() as JournalEntry[],
  }));
}

/** Ids of the events in the outbox. */
export const undeliveredEvents = (file: string): string[] => reading(file, (database) => idsIn(database, outbox));

const outbox = 'SELECT jti FROM outbox';
const idsIn = (database: Database.Database, query: string) => database.prepare(query).pluck().all() as string[];

function reading<Result>(file: string, read: (database: Database.Database) => Result): Result {
  const database = new Database(file, { readonly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

/** Ids of accounts that were opened and no longer exist. */
export const deletedAccountIds = ({ accounts }: ClientLedger, { users }: AccountRows): Set<string> =>
  new Set(accounts.map(({ id }) => id).filter((id) => !users.has(id)));

/** Confirmed changes of accounts and sessions that are not in the database. */
export function findLostAccounts({ accounts }: ClientLedger, { users, sessions }: AccountRows): string[] {
  const lost = (name: string, end: RequestState | undefined, exists: boolean) => {
    if (exists) return end === 'CONFIRMED' ? [`${name} was ended, but exists`] : [];
    return end === undefined ? [`${name} is missing`] : [];
  };
  return accounts.flatMap(({ id, deletion, sessions: recorded }) => {
    const exists = users.has(id);
    const lostSessions = recorded.flatMap(({ id: sessionId, end }) =>
      lost(`session ${sessionId}`, end ?? (exists ? undefined : deletion), sessions.has(sessionId)),
    );
    return [...lost(`account ${id}`, deletion, exists), ...lostSessions];
  });
}

export async function checkAccounts(
  { resourcesUrl }: AccountLocations,
  { database, ledger, accounts }: { database: Database.Database; ledger: ClientLedger; accounts: AccountRows },
): Promise<AccountFindings> {
  const tokens = await checkTokens(resourcesUrl, ledger, accounts);
  return {
    remains: await findRemains(database, ledger, deletedAccountIds(ledger, accounts)),
    accepted: tokens.filter(({ isAccepted, isOpen }) => isAccepted && !isOpen).map(({ id }) => id),
    rejected: tokens.filter(({ isAccepted, isOpen }) => !isAccepted && isOpen).map(({ id }) => id),
    undelivered: accounts.undelivered,
    disordered: findDisordered(database, accounts),
  };
}

async function findRemains(database: Database.Database, ledger: ClientLedger, deleted: Set<string>): Promise<string[]> {
  const ofDeleted = (query: string) =>
    (database.prepare(query).all() as { what: string; owner: string }[]).filter(({ owner }) => deleted.has(owner));
  const rows = [
    ...ofDeleted("SELECT 'resource ' || id AS what, owner_id AS owner FROM resources"),
    ...ofDeleted("SELECT 'operation ' || state || ' ' || id AS what, owner_id AS owner FROM operations"),
    ...ofDeleted("SELECT 'pending purge' AS what, user_id AS owner FROM tombstones WHERE is_pending"),
  ];
  const withTombstone = new Set(idsIn(database, 'SELECT user_id FROM tombstones'));
  const urls = new Map(
    ledger.successes.filter(({ ownerId }) => deleted.has(ownerId)).map((each) => [each.url, each.ownerId]),
  );
  const images = await inBatches([...urls], async ([url, owner]) =>
    (await servedSha256(url)) === undefined ? [] : [`image ${url} of ${owner}`],
  );
  const withoutTombstone = [...deleted].filter((id) => !withTombstone.has(id)).map((id) => `no tombstone of ${id}`);
  return [...rows.map(({ what, owner }) => `${what} of ${owner}`), ...images, ...withoutTombstone];
}

function checkTokens(url: string, ledger: ClientLedger, { sessions }: AccountRows) {
  const all = ledger.accounts.flatMap((account) => account.sessions);
  return inBatches(all, async ({ id, accessToken }) => [
    { id, isAccepted: await acceptsToken(url, accessToken), isOpen: sessions.has(id) },
  ]);
}

/** True if resources accept an access token. */
export async function acceptsToken(url: string, token: string): Promise<boolean> {
  const { data, errors, text } = await requestTo(url, token)(resourceCount);
  if (errors[0]?.extensions.code === 'UNAUTHENTICATED') return false;
  if (errors.length > 0 || !data?.resources) throw new Error(`Neither accepted nor rejected the token: ${text}`);
  return true;
}

/** Each event must have been accepted once, and those of each user in the order in which they were written. */
function findDisordered(database: Database.Database, { journal, undelivered }: AccountRows): string[] {
  const accepted = idsIn(database, 'SELECT jti FROM security_events ORDER BY rowid');
  const owners = new Map(journal.map(({ jti, userId }) => [jti, userId]));
  const pending = new Set(undelivered);
  const expected = journal.filter(({ jti }) => !pending.has(jti));
  const wrong = [...new Set(expected.map(({ userId }) => userId))].filter((userId) => {
    const happened = expected.filter((event) => event.userId === userId).map(({ jti }) => jti);
    return happened.join() !== accepted.filter((jti) => owners.get(jti) === userId && !pending.has(jti)).join();
  });
  return [
    ...wrong.map((userId) => `events of ${userId}`),
    ...accepted.filter((jti) => !owners.has(jti)).map((jti) => `unknown event ${jti}`),
  ];
}
