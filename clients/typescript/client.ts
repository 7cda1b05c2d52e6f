import { type Accounts, createAccounts } from './accounts.ts';
import { createExecuteAs, type Execute, requireValue } from './execute.ts';
import { RefreshSessionDocument, type RefreshSessionMutation } from './generated/operations.ts';
import { defaultMaxUploadBytes } from './image-input.ts';
import { createResources, type Resources } from './resources.ts';
import { defaultRetry, type RetrySettings, withRetry } from './retry.ts';
import { createSession, memoryStore, type TokenStore } from './session.ts';
import { createTransport } from './transport.ts';

export interface ClientSettings {
  /** The gateway's GraphQL endpoint, such as `https://api.example/graphql`. */
  url: string;
  /** Stores the tokens; in memory by default. */
  tokens?: TokenStore | undefined;
  /** Called once when the session turns out to have ended, so that the user must log in again. */
  onSessionEnd?: (() => void) | undefined;
  /** How transient failures are retried; `{ attempts: 1 }` turns retries off. */
  retry?: Partial<RetrySettings> | undefined;
  /** Time limit of one attempt; 30,000 by default. One with a large body has a second more for each 32 kB. */
  timeoutMs?: number | undefined;
  /** Bytes of a file that the server takes, its MAX_UPLOAD_BYTES; 16 MiB by default. */
  maxUploadBytes?: number | undefined;
  /** Replaces the platform's `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** A client of one gateway, with one user at a time. */
export interface Client extends Accounts, Resources {
  /** Executes any operation of the API. */
  execute: Execute;
}

export function createClient(settings: ClientSettings): Client {
  const { url, tokens: store = memoryStore(), onSessionEnd: onEnd = () => {}, timeoutMs = 30_000 } = settings;
  const { maxUploadBytes = defaultMaxUploadBytes } = settings;
  const retry = { ...defaultRetry, ...settings.retry };
  const send = createTransport({ url, timeoutMs, fetch: settings.fetch ?? globalThis.fetch });

  const refresh = async (refreshToken: string) => {
    const signal = undefined;
    const variables = { input: { refreshToken } };
    const request = { text: String(RefreshSessionDocument), variables, accessToken: undefined, signal };
    // Safe to repeat: the server accepts a used refresh token again for some seconds.
    const repetition = { ...retry, repeatable: 'anything' as const, signal };
    const { refreshSession } = await withRetry(() => send<RefreshSessionMutation>(request), repetition);
    const { accessToken, refreshToken: next } = requireValue(refreshSession);
    return { accessToken, refreshToken: next };
  };

  const session = createSession({ store, refresh, onEnd });
  const executeAs = createExecuteAs({ send, retry });
  const execute: Execute = async (document, ...rest) => executeAs(await session.begin())(document, ...rest);
  const parts = { execute, executeAs, session, maxUploadBytes };
  return { execute, ...createAccounts(parts), ...createResources(parts) };
}
