import {
  LogOutDocument,
  RefreshSessionDocument,
  type RefreshSessionMutation,
} from '../../../../clients/typescript/generated/operations.ts';
import { createSession, type LogIn, sessionIdOf, type Tokens } from '../../../../clients/typescript/session.ts';
import type { Send } from '../../../../clients/typescript/transport.ts';
import { type Exchange, isRecord, type RootField, stringAt } from './exchange.ts';

/** The tokens of a log-in. Reloading the page logs out, unless the user keeps the session for the browser's tab. */
export interface PageTokens extends Tokens {
  /** Empty if the operation did not select it; the tokens can then not be refreshed. */
  refreshToken: string;
  /** When to refresh, in milliseconds of this page's clock; infinite if the operation did not select `expiresIn`. */
  refreshAt: number;
  /** Undefined if the operation did not select it. */
  username: string | undefined;
}

/** Why the tokens changed. */
export type Change = 'logged in' | 'renewed' | 'restored' | 'logged out' | 'ended';

/** Keeps the page logged in, with the tokens that responses in any tab contain. */
export interface PageSession {
  tokens(): PageTokens | undefined;
  /** Tells whether the page has received an access token, be it the current one or not. */
  hasReceived(accessToken: string): boolean;
  /** Tells whether an access token belongs to the current log-in, be it the current token or not. */
  isCurrent(accessToken: string): boolean;
  /** Begins an operation of the current log-in. Refreshes the tokens first if they have expired or are about to. */
  begin(): Promise<LogIn>;
  /** Stores the tokens of a response, and drops the current ones if the response ended their session. */
  apply(exchange: Exchange): Promise<void>;
  /** Continues with the tokens that this browser tab had before the page was reloaded. */
  restore(tokens: PageTokens): Promise<void>;
  /** Drops the tokens, then ends the session at the gateway. Rejects if the gateway does not respond. */
  logOut(): Promise<void>;
}

const endingFields = new Set(['logout', 'logoutEverywhere', 'deleteAccount']);

/** Tokens are refreshed this long before they expire, or after nine tenths of their lifetime if that is later. */
const refreshAheadMs = 10_000;

export function createPageSession({
  send,
  onChange,
  now = () => Date.now(),
}: {
  send: Send;
  onChange: (tokens: PageTokens | undefined, change: Change) => void;
  now?: () => number;
}): PageSession {
  let tokens: PageTokens | undefined;
  /** All tokens since the page was loaded, by access token, with how they came. */
  const received = new Map<string, { tokens: PageTokens; change: Change }>();

  const receive = (payload: unknown, change: Change): PageTokens | undefined => {
    const next = readTokens(payload, now());
    if (next) received.set(next.accessToken, { tokens: next, change });
    return next;
  };

  const sendAnonymously = <Data>(document: unknown, input: object) =>
    send<Data>({ text: String(document), variables: { input }, accessToken: undefined, signal: undefined });

  const session = createSession({
    store: {
      get: () => tokens,
      set: (next) => {
        const entry = next && received.get(next.accessToken);
        tokens = entry?.tokens;
        if (entry) onChange(entry.tokens, entry.change);
      },
    },
    refresh: async (refreshToken) => {
      if (refreshToken === '') throw new Error('The operation that logged in did not select the refresh token.');
      const data = await sendAnonymously<RefreshSessionMutation>(RefreshSessionDocument, { refreshToken });
      const next = receive(data.refreshSession, 'renewed');
      if (!next) throw new Error('The response to RefreshSession has no tokens.');
      return next;
    },
    onEnd: () => onChange(undefined, 'ended'),
  });

  const drop = async () => {
    await session.set(undefined);
    onChange(undefined, 'logged out');
  };

  return {
    tokens: () => tokens,
    hasReceived: (accessToken) => received.has(accessToken),
    isCurrent: (accessToken) => {
      const entry = received.get(accessToken);
      return entry !== undefined && tokens !== undefined && sessionIdOf(entry.tokens) === sessionIdOf(tokens);
    },
    async begin() {
      const used = tokens;
      const logIn = await session.begin();
      // If the refresh fails, the old token is tried: the gateway decides whether it has expired.
      if (used && now() >= used.refreshAt) await session.renew(used).catch(() => undefined);
      return logIn;
    },
    async apply({ rootFields }) {
      const next = rootFields.map(({ result }) => receive(result, 'logged in')).findLast((each) => each !== undefined);
      if (next) await session.set(next);
      else if (tokens && rootFields.some(endsSessionOf(tokens))) await drop();
    },
    async restore(kept) {
      received.set(kept.accessToken, { tokens: kept, change: 'restored' });
      await session.set(kept);
    },
    async logOut() {
      const refreshToken = tokens?.refreshToken;
      await drop();
      if (refreshToken) await sendAnonymously(LogOutDocument, { refreshToken });
    },
  };
}

/** Reads the token of an Authorization header `Bearer …` (RFC 6750, section 2.1). */
export function bearerTokenOf(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +(\S+)$/i.exec(header)?.[1] : undefined;
}

const endsSessionOf =
  (tokens: PageTokens) =>
  ({ name, input, result }: RootField) =>
    result !== null && (endingFields.has(name) || (name === 'endSession' && input.sessionId === sessionIdOf(tokens)));

/** Reads the tokens of an AuthPayload. */
function readTokens(payload: unknown, now: number): PageTokens | undefined {
  const accessToken = stringAt(payload, 'accessToken');
  if (accessToken === undefined) return undefined;
  const lifetimeMs = isRecord(payload) && typeof payload.expiresIn === 'number' ? payload.expiresIn * 1000 : undefined;
  return {
    accessToken,
    refreshToken: stringAt(payload, 'refreshToken') ?? '',
    refreshAt:
      lifetimeMs === undefined
        ? Number.POSITIVE_INFINITY
        : now + lifetimeMs - Math.min(refreshAheadMs, lifetimeMs / 10),
    username: stringAt(payload, 'user', 'username'),
  };
}
