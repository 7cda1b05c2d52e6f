import { describe, expect, test } from 'vitest';
import { ConnectionError, toApiError } from '../../../../clients/typescript/errors.ts';
import { toExchange } from './exchange.ts';
import { type Change, createPageSession } from './page-session.ts';
import { accessTokenOf } from './testing/access-token.ts';

const ada = (number: number) => accessTokenOf('ada', number);
const grace = accessTokenOf('grace', 1);
const payloadOf = (accessToken: string, refreshToken: string) => ({
  accessToken,
  refreshToken,
  expiresIn: 900,
  user: { username: 'ada' },
});

/** Logs in as Ada, at a gateway that refreshes with `respond`: by default with new tokens of Ada's each time. */
async function startSession({ respond }: { respond?: () => Promise<unknown> } = {}) {
  let clockMs = 0;
  let onRefresh = () => {};
  const refreshed: unknown[] = [];
  const changes: Change[] = [];
  const session = createPageSession({
    send: async <Data>({ variables }: { variables: unknown }) => {
      refreshed.push(variables);
      onRefresh();
      const number = refreshed.length + 1;
      return (await (respond?.() ?? { refreshSession: payloadOf(ada(number), `refresh-${number}`) })) as Data;
    },
    onChange: (_, change) => changes.push(change),
    now: () => clockMs,
  });
  const apply = async (query: string, data: Record<string, unknown>) => {
    const exchange = toExchange({ query, variables: {}, operationName: undefined }, { data });
    if (exchange) await session.apply(exchange);
  };
  const logIn = (accessToken: string, refreshToken: string) =>
    apply('mutation { login(input: {}) { accessToken } }', { login: payloadOf(accessToken, refreshToken) });
  const advance = (ms: number) => {
    clockMs += ms;
  };
  /** Begins an operation with expired tokens; resolves when the refresh has been sent. */
  const beginRefreshing = async () => {
    advance(900_000);
    const sent = new Promise<void>((resolve) => {
      onRefresh = resolve;
    });
    const beginning = session.begin();
    await sent;
    return { beginning };
  };
  await logIn(ada(1), 'refresh-1');
  return { session, refreshed, changes, apply, logIn, advance, beginRefreshing };
}

/** Refreshes Ada's tokens after all promises that are settled by then have been handled. */
const respondLater = async () => {
  await new Promise((resolve) => setTimeout(resolve));
  return { refreshSession: payloadOf(ada(2), 'refresh-2') };
};

const inputOf = (refreshToken: string) => ({ input: { refreshToken } });

describe('tokens', () => {
  test('are refreshed once for concurrent operations', async () => {
    const { session, refreshed, advance } = await startSession();
    advance(900_000);
    await Promise.all([session.begin(), session.begin(), session.begin()]);
    expect(refreshed).toEqual([inputOf('refresh-1')]);
    expect(session.tokens()?.accessToken).toBe(ada(2));
    advance(900_000);
    await session.begin();
    expect(refreshed).toEqual([inputOf('refresh-1'), inputOf('refresh-2')]);
  });

  test('are refreshed ten seconds before they expire, and not before', async () => {
    const { session, refreshed, advance } = await startSession();
    advance(889_999);
    await session.begin();
    expect(refreshed).toEqual([]);
    advance(1);
    await session.begin();
    expect(refreshed).toHaveLength(1);
  });

  test.each([
    ['the gateway is unreachable', new ConnectionError('The gateway cannot be reached.')],
    ['auth is unavailable', toApiError([{ message: '', extensions: { code: 'SERVICE_UNAVAILABLE' } }], null)],
  ])('stay as they are when %s', async (_, error) => {
    const { session, changes, advance } = await startSession({ respond: () => Promise.reject(error) });
    advance(900_000);
    await session.begin();
    expect([session.tokens()?.accessToken, changes]).toEqual([ada(1), ['logged in']]);
  });

  test('are dropped when the session has ended', async () => {
    const error = toApiError([{ message: '', extensions: { code: 'INVALID_REFRESH_TOKEN' } }], null);
    const { session, changes, advance } = await startSession({ respond: () => Promise.reject(error) });
    advance(900_000);
    await session.begin();
    expect([session.tokens(), changes]).toEqual([undefined, ['logged in', 'ended']]);
  });

  test('of a refresh do not replace those of a log-in during it', async () => {
    const { session, logIn, refreshed, beginRefreshing } = await startSession({ respond: respondLater });
    const { beginning } = await beginRefreshing();
    await logIn(grace, 'refresh-grace');
    await beginning;
    expect(session.tokens()?.accessToken).toBe(grace);
    expect(refreshed).toEqual([inputOf('refresh-1')]);
  });

  test('of a new log-in are refreshed while those of the former one still are', async () => {
    const { session, logIn, refreshed, advance, beginRefreshing } = await startSession({ respond: respondLater });
    const { beginning } = await beginRefreshing();
    await logIn(grace, 'refresh-grace');
    advance(900_000);
    await Promise.all([beginning, session.begin()]);
    expect(refreshed).toEqual([inputOf('refresh-1'), inputOf('refresh-grace')]);
  });

  test('are current if they belong to the last log-in', async () => {
    const { session, logIn, advance } = await startSession();
    const areCurrent = () => [ada(1), ada(2), grace].map(session.isCurrent);
    advance(900_000);
    await session.begin();
    expect(areCurrent()).toEqual([true, true, false]);
    await logIn(grace, 'refresh-grace');
    expect(areCurrent()).toEqual([false, false, true]);
    await session.logOut();
    expect(areCurrent()).toEqual([false, false, false]);
  });
});

describe('a response', () => {
  test.each(['register', 'login', 'refreshSession', 'changePassword'])(
    'to %s brings tokens, under any alias',
    async (field) => {
      const { session, apply } = await startSession();
      await apply(`mutation { mine: ${field}(input: {}) { accessToken } }`, { mine: { accessToken: grace } });
      expect(session.tokens()).toEqual({
        accessToken: grace,
        refreshToken: '',
        refreshAt: Number.POSITIVE_INFINITY,
        username: undefined,
      });
      expect([grace, ada(1), 'other'].map(session.hasReceived)).toEqual([true, true, false]);
    },
  );

  test.each(['logout', 'logoutEverywhere', 'deleteAccount'])(
    'to %s ends the session, unless it is an error',
    async (field) => {
      const { session, apply, changes } = await startSession();
      await apply(`mutation { ${field} { __typename } }`, { [field]: null });
      expect(session.tokens()).toBeDefined();
      await apply(`mutation { ${field} { __typename } }`, { [field]: {} });
      expect([session.tokens(), changes]).toEqual([undefined, ['logged in', 'logged out']]);
    },
  );

  test.each([
    ['ada', undefined],
    ['grace', ada(1)],
  ])('to endSession with the id %s leaves the token %s', async (sessionId, accessToken) => {
    const { session, apply } = await startSession();
    const query = `mutation { endSession(input: { sessionId: "${sessionId}" }) { loggedOut } }`;
    await apply(query, { endSession: { loggedOut: true } });
    expect(session.tokens()?.accessToken).toBe(accessToken);
  });
});
