export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** Where an application stores the tokens of a log-in. */
export interface TokenStore {
  get(): Tokens | undefined;
  set(tokens: Tokens | undefined): void;
}

export type Session = ReturnType<typeof createSession>;

export function createSession(url: string, store: TokenStore) {
  const headers = (): { authorization?: string } => {
    const tokens = store.get();
    return tokens ? { authorization: `Bearer ${tokens.accessToken}` } : {};
  };
  const exchange = async ({ refreshToken }: Tokens) => {
    const query =
      'mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken refreshToken } }';
    const body = JSON.stringify({ query, variables: { input: { refreshToken } } });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { data, errors } = await response.json();
    if (data?.refreshSession) store.set(data.refreshSession);
    // The session has ended. After other errors, the same tokens may be exchanged later.
    else if (hasCode(errors, 'INVALID_REFRESH_TOKEN')) store.set(undefined);
    return data?.refreshSession != null;
  };
  let exchanging: Promise<boolean> | undefined;
  /** Exchanges the tokens once for all requests that were rejected with them. Resolves to whether to repeat a request. */
  const refresh = async (rejected: string | undefined): Promise<boolean> => {
    const tokens = store.get();
    if (!tokens) return false;
    if (headers().authorization !== rejected) return true;
    exchanging ??= exchange(tokens).finally(() => {
      exchanging = undefined;
    });
    return exchanging;
  };
  return { headers, refresh };
}

export function hasCode(errors: readonly { extensions?: { code?: unknown } }[] | undefined, code: string): boolean {
  return errors?.some(({ extensions }) => extensions?.code === code) ?? false;
}
