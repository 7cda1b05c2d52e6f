import { type Exchange, isRecord, type RootField, textAt } from './exchange.ts';

/** Tokens of an account that is logged in. In memory alone: a page that is loaded again has none. */
export interface Tokens {
  accessToken: string;
  /** Undefined where the operation did not ask for it; then nothing can be refreshed. */
  refreshToken: string | undefined;
  /** By this page's clock, in milliseconds; where unknown, only an answer tells that the token has expired. */
  expiresAt: number;
  /** Undefined where the operation did not ask for it. */
  username: string | undefined;
}

export interface Session {
  tokens(): Tokens | undefined;
  /** Whether an access token was given out to this page, be it the newest one or not. */
  isOurs(accessToken: string): boolean;
  /** The newest access token of the log-in that this one is of; undefined where that is not the one that holds now. */
  newest(accessToken: string): string | undefined;
  /** Takes over the tokens of an answer, and drops them where it says that the session has ended. */
  take(exchange: Exchange): void;
  /** Trades the tokens for new ones where the access token has expired, or is about to. */
  freshen(): Promise<void>;
  /**
   * Trades the tokens for new ones; resolves to whether the same log-in has some. Whoever asks in the meantime waits for
   * the same trade.
   */
  refresh(): Promise<boolean>;
  /** Ends the session, at the gateway too. */
  logOut(): Promise<void>;
}

type Ask = (query: string, variables: Record<string, unknown>) => Promise<Exchange['answer']>;

const refreshSession = `mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) { accessToken expiresIn refreshToken user { username } }
}`;
const logout = 'mutation LogOut($input: LogoutInput!) { logout(input: $input) { loggedOut } }';

const endings = new Set(['logout', 'logoutEverywhere', 'deleteAccount']);

/** A token is traded this long before it expires, or with a tenth of its life left where that is less. */
const earlyMs = 10_000;

/** Why the tokens are others. */
export type Change = 'logged in' | 'renewed' | 'logged out' | 'ended';

/** Keeps the page logged in. `onChange` hears of new tokens, and of none. */
export function createSession({
  ask,
  onChange,
  now = Date.now,
}: {
  ask: Ask;
  onChange: (tokens: Tokens | undefined, change: Change) => void;
  now?: () => number;
}): Session {
  let tokens: Tokens | undefined;
  const trades = new WeakMap<Tokens, Promise<boolean>>();
  /** The log-ins of this page, counted, and which of them each access token is of. */
  let logIns = 0;
  const logInOf = new Map<string, number>();

  const set = (next: Tokens | undefined, change: Change) => {
    tokens = next;
    if (change === 'logged in') logIns += 1;
    if (next) logInOf.set(next.accessToken, logIns);
    onChange(next, change);
  };

  const tradeTokens = async (old: Tokens): Promise<boolean> => {
    const { refreshToken } = old;
    if (refreshToken === undefined) return false;
    const { data, errors } = await ask(refreshSession, { input: { refreshToken } });
    // Somebody has logged in or out in the meantime: what there is now is not for whoever waits here.
    if (tokens !== old) return false;
    const next = readTokens(data?.refreshSession, now());
    if (next) set(next, 'renewed');
    else if (errors?.some(({ extensions }) => extensions?.code === 'INVALID_REFRESH_TOKEN')) set(undefined, 'ended');
    return next !== undefined;
  };

  const refresh = async () => {
    const old = tokens;
    if (!old) return false;
    // A gateway that cannot be reached says nothing about the session.
    const startTrade = () =>
      tradeTokens(old)
        .catch(() => false)
        .finally(() => trades.delete(old));
    const trade = trades.get(old) ?? startTrade();
    trades.set(old, trade);
    return trade;
  };

  return {
    tokens: () => tokens,
    isOurs: (accessToken) => logInOf.has(accessToken),
    newest: (accessToken) => (logInOf.get(accessToken) === logIns ? tokens?.accessToken : undefined),
    refresh,
    async freshen() {
      if (tokens && now() >= tokens.expiresAt) await refresh();
    },
    take({ fields }) {
      const next = fields.map(({ result }) => readTokens(result, now())).findLast((each) => each !== undefined);
      if (next) set(next, 'logged in');
      else if (tokens && fields.some(ends(tokens))) set(undefined, 'logged out');
    },
    async logOut() {
      const refreshToken = tokens?.refreshToken;
      set(undefined, 'logged out');
      if (refreshToken !== undefined) await ask(logout, { input: { refreshToken } });
    },
  };
}

/** Whether a field has ended the session of these tokens. */
const ends =
  ({ accessToken }: Tokens) =>
  ({ name, input, result }: RootField) =>
    result !== null && (endings.has(name) || (name === 'endSession' && input.sessionId === sessionIdOf(accessToken)));

/** The session that an access token is of, as the token itself says; undefined where it is no JWT. */
function sessionIdOf(accessToken: string): string | undefined {
  const [, claims = ''] = accessToken.split('.');
  try {
    return textAt(JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))), 'sid');
  } catch {
    return undefined;
  }
}

/** An AuthPayload's tokens. */
function readTokens(payload: unknown, now: number): Tokens | undefined {
  const accessToken = textAt(payload, 'accessToken');
  if (accessToken === undefined) return undefined;
  const expiresIn = isRecord(payload) && typeof payload.expiresIn === 'number' ? payload.expiresIn * 1000 : undefined;
  return {
    accessToken,
    refreshToken: textAt(payload, 'refreshToken'),
    expiresAt: expiresIn === undefined ? Number.POSITIVE_INFINITY : now + expiresIn - Math.min(earlyMs, expiresIn / 10),
    username: textAt(payload, 'user', 'username'),
  };
}
