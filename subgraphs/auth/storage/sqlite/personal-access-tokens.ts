import { and, count, desc, eq, getTableColumns, gt, inArray, lte, sql } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import { jobMethods, type Writer } from '../../../../platform/database/writer/writer.ts';
import {
  maxPersonalAccessTokens,
  type NewPersonalAccessToken,
  type PersonalAccessToken,
  type PersonalAccessTokenKey,
  type PersonalAccessTokenStore,
} from '../personal-access-token-store.ts';
import type { SessionKey } from '../session-store.ts';
import type { Enqueue } from './outbox.ts';
import { personalAccessTokens, sessions, users } from './tables.ts';

const { hash: _, ...columns } = getTableColumns(personalAccessTokens);
const { id, userId, createdAt, expiresAt } = personalAccessTokens;

const minuteMs = 60_000;

export type PersonalAccessTokenJobs = ReturnType<typeof createPersonalAccessTokenJobs>;

/** Creates the writes of personal access tokens. */
export function createPersonalAccessTokenJobs({ db, now }: Connection, enqueue: Enqueue) {
  const isOpen = (session: SessionKey, at: Date) =>
    db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.id, session.id), eq(sessions.userId, session.userId), gt(sessions.expiresAt, at)))
      .get() !== undefined;

  const countOf = (owner: string, at: Date) =>
    db
      .select({ tokens: count() })
      .from(personalAccessTokens)
      .where(and(eq(userId, owner), gt(expiresAt, at)))
      .get()?.tokens ?? 0;

  return {
    createPersonalAccessToken(
      { lifetimeMs, ...token }: NewPersonalAccessToken,
      session: SessionKey,
    ): PersonalAccessToken | 'SESSION_ENDED' | 'TOO_MANY' {
      const at = now();
      if (!isOpen(session, at)) return 'SESSION_ENDED';
      if (countOf(token.userId, at) >= maxPersonalAccessTokens) return 'TOO_MANY';
      const times = { createdAt: at, expiresAt: new Date(at.getTime() + lifetimeMs) };
      return db
        .insert(personalAccessTokens)
        .values({ ...token, ...times })
        .returning(columns)
        .get();
    },
    recordUse(used: string): void {
      const lastUsedAt = new Date(Math.floor(now().getTime() / minuteMs) * minuteMs);
      db.update(personalAccessTokens).set({ lastUsedAt }).where(eq(id, used)).run();
    },
    revoke(key: PersonalAccessTokenKey): boolean {
      const isOwn = and(eq(id, key.id), eq(userId, key.userId), gt(expiresAt, now()));
      if (db.delete(personalAccessTokens).where(isOwn).run().changes === 0) return false;
      enqueue([{ type: 'session-revoked', userId: key.userId, sessionId: key.id }]);
      return true;
    },
    deleteExpiredPersonalAccessTokens: (limit: number): number =>
      db
        .delete(personalAccessTokens)
        .where(inArray(id, expiredIn(db, now(), limit)))
        .run().changes,
  };
}

/** Creates the store of personal access tokens: its reads on this connection, and its writes as jobs. */
export function createSqlitePersonalAccessTokens(
  { db, now, read }: Connection,
  writer: Writer<PersonalAccessTokenJobs>,
): PersonalAccessTokenStore {
  const selectById = db
    .select(columns)
    .from(personalAccessTokens)
    .where(and(eq(id, sql.placeholder('id')), eq(userId, sql.placeholder('userId'))))
    .prepare();
  const { username, createdAt: registeredAt } = users;
  const selectByHash = db
    .select({ token: columns, user: { id: users.id, username, createdAt: registeredAt } })
    .from(personalAccessTokens)
    .innerJoin(users, eq(users.id, userId))
    .where(eq(personalAccessTokens.hash, sql.placeholder('hash')))
    .prepare();

  return {
    ...jobMethods(writer, 'recordUse', 'revoke'),
    create: (token, session) => writer.run('createPersonalAccessToken', token, session),
    find: (key) =>
      read(() => {
        const token = selectById.get({ ...key });
        return token && token.expiresAt > now() ? token : undefined;
      }),
    findByHash: (hash) =>
      read(() => {
        const found = selectByHash.get({ hash });
        return found && found.token.expiresAt > now() ? found : undefined;
      }),
    list: (owner) =>
      read(() =>
        db
          .select(columns)
          .from(personalAccessTokens)
          .where(and(eq(userId, owner), gt(expiresAt, now())))
          .orderBy(desc(createdAt), desc(id))
          .all(),
      ),
    deleteExpired: async (limit) => {
      // An idle job never waits for a writer.
      const hasExpired = await read(() => expiredIn(db, now(), 1).get() !== undefined);
      return hasExpired ? writer.run('deleteExpiredPersonalAccessTokens', limit) : 0;
    },
  };
}

const expiredIn = (db: Connection['db'], at: Date, limit: number) =>
  db.select({ id }).from(personalAccessTokens).where(lte(expiresAt, at)).limit(limit);
