import { isRecord } from '../requests/exchange.ts';
import type { PageTokens } from '../requests/page-session.ts';

/** Keeps the session for the browser's tab, if the user wants it. */
export interface StoredSession {
  isOn(): boolean;
  set(isOn: boolean): void;
  /** Removes the tokens of the page before it was reloaded from the storage, and returns them. */
  take(): PageTokens | undefined;
  /** Stores the tokens as the page is left. */
  put(tokens: PageTokens | undefined): void;
}

const wantedKey = 'explorer:keep-session';
const tokensKey = 'explorer:session';

/**
 * Creates the access to a tab's `sessionStorage`. The tokens are in there only between two pages: a browser copies the
 * storage when a tab is duplicated, and two pages that use one refresh token end its session.
 */
export function createStoredSession(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): StoredSession {
  return {
    isOn: () => storage.getItem(wantedKey) !== null,
    set(isOn) {
      if (isOn) storage.setItem(wantedKey, 'yes');
      else storage.removeItem(wantedKey);
    },
    take() {
      const json = storage.getItem(tokensKey);
      storage.removeItem(tokensKey);
      return json === null || storage.getItem(wantedKey) === null ? undefined : readTokens(json);
    },
    put(tokens) {
      if (tokens && storage.getItem(wantedKey) !== null) storage.setItem(tokensKey, JSON.stringify(tokens));
    },
  };
}

function readTokens(json: string): PageTokens | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (!isRecord(value)) return undefined;
    const { accessToken, refreshToken, refreshAt, username } = value;
    if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') return undefined;
    return {
      accessToken,
      refreshToken,
      // JSON has no infinity.
      refreshAt: typeof refreshAt === 'number' ? refreshAt : Number.POSITIVE_INFINITY,
      username: typeof username === 'string' ? username : undefined,
    };
  } catch {
    return undefined;
  }
}
