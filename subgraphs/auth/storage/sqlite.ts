import { fileURLToPath } from 'node:url';
import { eq, getTableColumns, sql } from 'drizzle-orm';
import { attempt, openSqlite, placeholders } from '../../../runtime/sqlite.ts';
import { users } from './sqlite.tables.ts';
import { type UserStore, usernameTaken } from './user-store.ts';

const migrations = fileURLToPath(new URL('migrations/sqlite', import.meta.url));

/** Keeps accounts in a SQLite file, which is created where there is none. */
export function openSqliteUserStore(file: string): UserStore {
  const { db, ping, close } = openSqlite({ file, migrations });
  const { id, username, createdAt, passwordHash } = users;
  const byId = db
    .select({ id, username, createdAt })
    .from(users)
    .where(eq(id, sql.placeholder('id')))
    .prepare();
  const byUsernameKey = db
    .select({ id, username, createdAt, passwordHash })
    .from(users)
    .where(eq(users.usernameKey, sql.placeholder('usernameKey')))
    .prepare();

  const insert = db
    .insert(users)
    .values(placeholders(getTableColumns(users)))
    .prepare();

  return {
    insert: async (user) => {
      const run = () => void insert.run({ ...user });
      attempt(run, (cause) => {
        throw usernameTaken(cause);
      });
    },
    findById: async (id) => attempt(() => byId.get({ id })),
    findByUsernameKey: async (usernameKey) => attempt(() => byUsernameKey.get({ usernameKey })),
    ping,
    close,
  };
}
