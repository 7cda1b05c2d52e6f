import { type Accounts, createAccounts } from './accounts.ts';
import { createExecuteAs, type Execute } from './execute.ts';
import { RefreshSessionDocument, type RefreshSessionMutation } from './generated/operations.ts';
import { given } from './require-value.ts';
import { createResources, type Resources } from './resources.ts';
import { defaultRetry, type RetrySettings, withRetry } from './retry.ts';
import { createSession, memoryStore, type TokenStore } from './session.ts';
import { createTransport } from './transport.ts';

export interface ClientSettings {
  /** The gateway's, as `https://api.example/graphql`. */
  url: string;
  /** Where tokens are kept; in memory unless it is given. */
  tokens?: TokenStore | undefined;
  /** Told once when a session turns out to have ended: somebody must log in again. */
  onSessionEnd?: (() => void) | undefined;
  /** What failed by chance is tried again; `{ attempts: 1 }` turns it off. */
  retry?: Partial<RetrySettings> | undefined;
  /** Longest time that one attempt may take: 30,000 unless it is given. */
  timeoutMs?: number | undefined;
  /** In place of the platform's own. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** A client of one gateway, for one user at a time. */
export interface Client extends Accounts, Resources {
  /** Any operation of the API. */
  execute: Execute;
}

export function createClient(settings: ClientSettings): Client {
  const { url, tokens: store = memoryStore(), onSessionEnd: onEnd = () => {}, timeoutMs = 30_000 } = settings;
  const retry = { ...defaultRetry, ...settings.retry };
  const send = createTransport({ url, timeoutMs, fetch: settings.fetch ?? globalThis.fetch });

  const refresh = async (refreshToken: string) => {
    const signal = undefined;
    const variables = { input: { refreshToken } };
    const request = { text: String(RefreshSessionDocument), variables, accessToken: undefined, signal };
    // May be repeated: for some seconds a refresh token that was used gives another pair.
    const repetition = { ...retry, repeatable: 'anything' as const, signal };
    const { refreshSession } = await withRetry(() => send<RefreshSessionMutation>(request), repetition);
    const { accessToken, refreshToken: next } = given(refreshSession);
    return { accessToken, refreshToken: next };
  };

  const session = createSession({ store, refresh, onEnd });
  const executeAs = createExecuteAs({ send, retry });
  const execute: Execute = async (document, ...rest) => executeAs(await session.begin())(document, ...rest);
  const parts = { execute, executeAs, session };
  return { execute, ...createAccounts(parts), ...createResources(parts) };
}
