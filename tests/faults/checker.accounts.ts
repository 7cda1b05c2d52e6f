import Database from 'better-sqlite3';
import { createAsk } from '../support/ask.ts';
import { resourceCount } from '../support/documents.ts';
import type { Told, ToldAccount } from './client-ledger.ts';
import { inTurns, servedSha256 } from './images-there.ts';

/** Where accounts are, and resources that serve. */
export interface AccountsAt {
  /** The SQLite file of auth. */
  file: string;
  /** Of resources that serve, and take tokens. */
  resourcesUrl: string;
}

/** What is wrong with accounts, a line each. */
export interface AccountFindings {
  /** What is left of accounts that are gone. */
  remains: string[];
  /** Sessions that have ended, and whose tokens are taken. */
  accepted: string[];
  /** Sessions that are open, and whose tokens are not taken. */
  refused: string[];
  /** Events that wait for a subscriber. */
  undelivered: string[];
  /** Whose events were not all accepted, or one before its turn; and events that nobody sent. */
  disordered: string[];
}

export const noAccountFindings: AccountFindings = {
  remains: [],
  accepted: [],
  refused: [],
  undelivered: [],
  disordered: [],
};

interface JournalEntry {
  jti: string;
  userId: string;
}

/** What auth has in its database. */
interface Accounts {
  users: Set<string>;
  sessions: Set<string>;
  undelivered: string[];
  journal: JournalEntry[];
}

/** Has a database of auth's keep all that ever was in its outbox, in that order, whoever writes it. */
export function keepJournal(database: Database.Database): void {
  database.exec(`
    CREATE TABLE journal (seq INTEGER PRIMARY KEY, jti TEXT NOT NULL, user_id TEXT NOT NULL);
    CREATE TRIGGER keep_journal AFTER INSERT ON outbox
    BEGIN INSERT INTO journal VALUES (new.seq, new.jti, new.user_id); END`);
}

export function readAccounts(file: string): Accounts {
  return reading(file, (database) => ({
    users: new Set(idsIn(database, 'SELECT id FROM users')),
    sessions: new Set(idsIn(database, 'SELECT id FROM sessions')),
    undelivered: idsIn(database, outbox),
    journal: database.prepare('SELECT jti, user_id AS userId FROM journal ORDER BY seq').all() as JournalEntry[],
  }));
}

/** Ids of events that wait for a subscriber. */
export const undeliveredIn = (file: string): string[] => reading(file, (database) => idsIn(database, outbox));

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

/** Ids of accounts that were opened and are gone. */
export const goneAmong = ({ accounts }: Told, { users }: Accounts): Set<string> =>
  new Set(accounts.map(({ id }) => id).filter((id) => !users.has(id)));

/** What clients were told of accounts and sessions and is not so. */
export function findLostAccounts({ accounts }: Told, { users, sessions }: Accounts): string[] {
  const lost = (thing: string, asked: ToldAccount['deletion'], isThere: boolean) => {
    if (isThere) return asked === 'DONE' ? [`${thing} was ended, and is there`] : [];
    return asked === undefined ? [`${thing} is gone`] : [];
  };
  return accounts.flatMap(({ id, deletion, sessions: told }) => {
    const isThere = users.has(id);
    const lostSessions = told.flatMap(({ id: sessionId, end }) =>
      lost(`session ${sessionId}`, end ?? (isThere ? undefined : deletion), sessions.has(sessionId)),
    );
    return [...lost(`account ${id}`, deletion, isThere), ...lostSessions];
  });
}

export async function checkAccounts(
  { resourcesUrl }: AccountsAt,
  { database, told, accounts }: { database: Database.Database; told: Told; accounts: Accounts },
): Promise<AccountFindings> {
  const tokens = await lookAtTokens(resourcesUrl, told, accounts);
  return {
    remains: await findRemains(database, told, goneAmong(told, accounts)),
    accepted: tokens.filter(({ isTaken, isOpen }) => isTaken && !isOpen).map(({ id }) => id),
    refused: tokens.filter(({ isTaken, isOpen }) => !isTaken && isOpen).map(({ id }) => id),
    undelivered: accounts.undelivered,
    disordered: findDisordered(database, accounts),
  };
}

async function findRemains(database: Database.Database, told: Told, gone: Set<string>): Promise<string[]> {
  const ofGone = (query: string) =>
    (database.prepare(query).all() as { what: string; owner: string }[]).filter(({ owner }) => gone.has(owner));
  const rows = [
    ...ofGone("SELECT 'resource ' || id AS what, owner_id AS owner FROM resources"),
    ...ofGone("SELECT 'operation ' || state || ' ' || id AS what, owner_id AS owner FROM operations"),
    ...ofGone("SELECT 'work' AS what, user_id AS owner FROM tombstones WHERE is_pending"),
  ];
  const buried = new Set(idsIn(database, 'SELECT user_id FROM tombstones'));
  const urls = new Map(
    told.successes.filter(({ ownerId }) => gone.has(ownerId)).map((each) => [each.url, each.ownerId]),
  );
  const images = await inTurns([...urls], async ([url, owner]) =>
    (await servedSha256(url)) === undefined ? [] : [`image ${url} of ${owner}`],
  );
  const unburied = [...gone].filter((id) => !buried.has(id)).map((id) => `no tombstone of ${id}`);
  return [...rows.map(({ what, owner }) => `${what} of ${owner}`), ...images, ...unburied];
}

function lookAtTokens(url: string, told: Told, { sessions }: Accounts) {
  const all = told.accounts.flatMap((account) => account.sessions);
  return inTurns(all, async ({ id, accessToken }) => [
    { id, isTaken: await isTaken(url, accessToken), isOpen: sessions.has(id) },
  ]);
}

/** Whether resources take a token. */
export async function isTaken(url: string, token: string): Promise<boolean> {
  const { data, errors, text } = await createAsk(url, token)(resourceCount);
  if (errors[0]?.extensions.code === 'UNAUTHENTICATED') return false;
  if (errors.length > 0 || !data?.resources) throw new Error(`No answer about a token: ${text}`);
  return true;
}

/** Each event must have been accepted once, those of each user in the order in which they happened. */
function findDisordered(database: Database.Database, { journal, undelivered }: Accounts): string[] {
  const accepted = idsIn(database, 'SELECT jti FROM security_events ORDER BY rowid');
  const owners = new Map(journal.map(({ jti, userId }) => [jti, userId]));
  const waiting = new Set(undelivered);
  const expected = journal.filter(({ jti }) => !waiting.has(jti));
  const wrong = [...new Set(expected.map(({ userId }) => userId))].filter((userId) => {
    const happened = expected.filter((event) => event.userId === userId).map(({ jti }) => jti);
    return happened.join() !== accepted.filter((jti) => owners.get(jti) === userId && !waiting.has(jti)).join();
  });
  return [
    ...wrong.map((userId) => `events of ${userId}`),
    ...accepted.filter((jti) => !owners.has(jti)).map((jti) => `unknown event ${jti}`),
  ];
}
