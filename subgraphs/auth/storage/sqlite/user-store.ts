import { fileURLToPath } from 'node:url';
import { and, eq, gt, lt, notExists, or, sql } from 'drizzle-orm';
import type { Connection, ConnectionSettings } from '../../../../platform/database/connection.ts';
import { openSqlite } from '../../../../platform/database/sqlite.ts';
import { createInlineWriter } from '../../../../platform/database/writer/inline-writer.ts';
import { jobMethods, type Writer } from '../../../../platform/database/writer/writer.ts';
import type { UserStore } from '../user-store.ts';
import { type AccountJobs, createAccountJobs } from './account-jobs.ts';
import { createSqliteOutbox } from './outbox.ts';
import { createSqlitePersonalAccessTokens } from './personal-access-tokens.ts';
import { createSqliteSessions } from './session-store.ts';
import { skeletons, users } from './tables.ts';

const migrations = fileURLToPath(new URL('migrations', import.meta.url));

export interface UserStoreSettings extends ConnectionSettings {
  /** Names of the subscribers for which security events are written into the outbox; none by default. */
  subscribers?: readonly string[];
}

/** Opens a connection to the accounts, for reads or for jobs. */
export const openAccounts = (file: string, settings: ConnectionSettings = {}): Connection =>
  openSqlite({ ...settings, file, migrations });

/** Opens the SQLite file of the accounts, creates it if it is missing, and writes in this thread. */
export function openSqliteUserStore(file: string, settings: UserStoreSettings = {}): UserStore {
  const { subscribers = [], ...connectionSettings } = settings;
  const connection = openAccounts(file, connectionSettings);
  return createSqliteUserStore(connection, createInlineWriter(connection, createAccountJobs(connection, subscribers)));
}

/** Creates the user store: its reads on this connection, and its writes as jobs. */
export function createSqliteUserStore(connection: Connection, writer: Writer<AccountJobs>): UserStore {
  const { db, read } = connection;
  const { id, username, createdAt, usernameKey, passwordHash, passwordVersion } = users;
  const withPassword = { id, username, createdAt, usernameKey, passwordHash, passwordVersion };
  const matchesId = eq(id, sql.placeholder('id'));
  const matchesKey = eq(usernameKey, sql.placeholder('usernameKey'));
  const selectById = db.select({ id, username, createdAt }).from(users).where(matchesId).prepare();
  const selectByIdWithPassword = db.select(withPassword).from(users).where(matchesId).prepare();
  const selectByUsernameKey = db.select(withPassword).from(users).where(matchesKey).prepare();

  return {
    ...jobMethods(writer, 'insert', 'replaceHash', 'changePassword', 'remove', 'setSkeletons'),
    findById: (wanted) => read(() => selectById.get({ id: wanted })),
    findWithPassword: (wanted) => read(() => selectByIdWithPassword.get({ id: wanted })),
    findByUsernameKey: (wanted) => read(() => selectByUsernameKey.get({ usernameKey: wanted })),
    findOutdatedSkeletons: ({ version, after, limit }) =>
      read(() => {
        const ofUser = db.select().from(skeletons).where(eq(skeletons.userId, id));
        const isOutdated = or(lt(users.skeletonVersion, version), notExists(ofUser));
        const page = and(gt(id, after), isOutdated);
        return db.select({ id, username }).from(users).where(page).orderBy(id).limit(limit).all();
      }),
    sessions: createSqliteSessions(connection, writer),
    outbox: createSqliteOutbox(connection, writer),
    personalAccessTokens: createSqlitePersonalAccessTokens(connection, writer),
    checkHealth: writer.checkHealth,
    close: writer.close,
  };
}
