import { describe, expect, test } from 'vitest';
import { type Answer, toExchange } from './exchange.ts';
import { type Change, createSession } from './session.ts';

const payload = (number: number, expiresIn = 900) => ({
  accessToken: `access-${number}`,
  refreshToken: `refresh-${number}`,
  expiresIn,
  user: { username: 'ada' },
});

/** A session that is logged in, before a gateway that gives out a new pair for each that is traded. */
function startSession({ answer }: { answer?: () => Promise<Answer> } = {}) {
  let clock = 0;
  const traded: unknown[] = [];
  const changes: Change[] = [];
  const session = createSession({
    ask: async (_, { input }) => {
      traded.push(input);
      return answer?.() ?? { data: { refreshSession: payload(traded.length + 1) } };
    },
    onChange: (_, change) => changes.push(change),
    now: () => clock,
  });
  const take = (query: string, data: Record<string, unknown>) => {
    const exchange = toExchange({ query, variables: {}, operationName: undefined }, { data });
    if (exchange) session.take(exchange);
  };
  take('mutation { login(input: { username: "ada" }) { accessToken } }', { login: payload(1) });
  const wait = (ms: number) => {
    clock += ms;
  };
  return { session, traded, changes, take, wait };
}

describe('tokens are traded', () => {
  test('once, however many need new ones at the same time', async () => {
    const { session, traded, wait } = startSession();
    wait(900_000);
    await Promise.all([session.freshen(), session.refresh(), session.freshen()]);
    expect(traded).toEqual([{ refreshToken: 'refresh-1' }]);
    expect(session.tokens()?.accessToken).toBe('access-2');
    wait(900_000);
    await session.freshen();
    expect(traded).toEqual([{ refreshToken: 'refresh-1' }, { refreshToken: 'refresh-2' }]);
  });

  test('ten seconds before they expire, and not before', async () => {
    const { session, traded, wait } = startSession();
    wait(889_999);
    await session.freshen();
    expect(traded).toEqual([]);
    wait(1);
    await session.freshen();
    expect(traded).toHaveLength(1);
  });

  test('and stay as they are where the gateway is away, or cannot answer just now', async () => {
    const troubles: (() => Promise<Answer>)[] = [
      () => Promise.reject(new Error('The gateway cannot be reached.')),
      () =>
        Promise.resolve({ data: { refreshSession: null }, errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] }),
    ];
    for (const answer of troubles) {
      const { session, changes } = startSession({ answer });
      expect(await session.refresh()).toBe(false);
      expect([session.tokens()?.accessToken, changes]).toEqual(['access-1', ['logged in']]);
    }
  });

  test('and are gone where the session has ended', async () => {
    const errors = [{ extensions: { code: 'INVALID_REFRESH_TOKEN' } }];
    const { session, changes } = startSession({ answer: async () => ({ data: { refreshSession: null }, errors }) });
    expect(await session.refresh()).toBe(false);
    expect([session.tokens(), changes]).toEqual([undefined, ['logged in', 'ended']]);
  });

  test('and do not take the place of those of a log-in that came in the meantime, which nobody takes for theirs', async () => {
    const { session, take, traded } = startSession();
    const trading = session.refresh();
    take('mutation { login(input: {}) { accessToken } }', { login: payload(7) });
    expect([await trading, session.tokens()?.accessToken]).toEqual([false, 'access-7']);
    expect(traded).toEqual([{ refreshToken: 'refresh-1' }]);
  });

  test('of whoever has logged in, too, while former ones are still being traded', async () => {
    const { session, take, traded } = startSession();
    const trading = session.refresh();
    take('mutation { login(input: {}) { accessToken } }', { login: payload(7) });
    expect(await Promise.all([trading, session.refresh()])).toEqual([false, true]);
    expect(traded).toEqual([{ refreshToken: 'refresh-1' }, { refreshToken: 'refresh-7' }]);
  });

  test('for those of the same log-in, and of no other', async () => {
    const { session, take } = startSession();
    await session.refresh();
    expect(['access-1', 'access-2', 'other'].map(session.newest)).toEqual(['access-2', 'access-2', undefined]);
    take('mutation { login(input: {}) { accessToken } }', { login: payload(7) });
    expect(['access-1', 'access-2', 'access-7'].map(session.newest)).toEqual([undefined, undefined, 'access-7']);
    await session.logOut();
    expect(session.newest('access-7')).toBeUndefined();
  });
});

describe('an answer', () => {
  test.each(['register', 'login', 'refreshSession', 'changePassword'])(
    'of %s brings tokens, under any name',
    (field) => {
      const { session, take } = startSession();
      take(`mutation { mine: ${field}(input: {}) { accessToken } }`, { mine: { accessToken: 'new' } });
      expect(session.tokens()).toEqual({
        accessToken: 'new',
        refreshToken: undefined,
        expiresAt: Number.POSITIVE_INFINITY,
        username: undefined,
      });
      expect(['new', 'access-1', 'other'].map(session.isOurs)).toEqual([true, true, false]);
    },
  );

  test.each(['logout', 'logoutEverywhere', 'deleteAccount'])(
    'of %s ends the session, unless it was refused',
    (field) => {
      const { session, take, changes } = startSession();
      take(`mutation { ${field} { __typename } }`, { [field]: null });
      expect(session.tokens()).toBeDefined();
      take(`mutation { ${field} { __typename } }`, { [field]: {} });
      expect([session.tokens(), changes]).toEqual([undefined, ['logged in', 'logged out']]);
    },
  );
});
