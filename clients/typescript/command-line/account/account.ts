import { type Client, type ClientSettings, createClient, type TokenStore } from '../../node.ts';
import { CommandError, UsageError } from '../terminal/errors.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { LoginFile, LoginSettings } from './login-file.ts';

/** The account that commands act for. */
export interface Account {
  client: Client;
  url: string;
}

export interface AccountParts {
  terminal: Terminal;
  userAgent: string;
  settings: LoginSettings;
  loginFile: LoginFile;
}

export const defaultUrl = 'http://127.0.0.1:4000/graphql';

/** The URL of an endpoint; a server alone stands for its `/graphql`. Throws UsageError. */
export function endpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new UsageError(`'${text}' is not a URL of http or https.`);
  if (url.username || url.password) throw new UsageError('A URL has no username: log in instead.');
  if (url.pathname === '/') url.pathname = '/graphql';
  return url.href;
}

/** Opens the account of IMAGE_SUPERGRAPH_TOKEN, or the one that is logged in. Throws CommandError. */
export async function openAccount(parts: AccountParts, given: string | undefined, attempts: number): Promise<Account> {
  const { settings, loginFile } = parts;
  const wanted = given ?? settings.url;
  if (settings.token !== undefined) {
    const url = endpoint(wanted ?? defaultUrl);
    return { url, client: clientAt(parts, { url, tokens: fixedToken(settings.token), retry: { attempts } }) };
  }
  const login = await loginFile.read();
  if (!login)
    throw new CommandError('You are not logged in: run image-supergraph login, or set IMAGE_SUPERGRAPH_TOKEN.');
  const { url, personalAccessToken } = login;
  if (wanted !== undefined && endpoint(wanted) !== url) {
    throw new CommandError(`You are logged in at ${url}: run image-supergraph login --url ${endpoint(wanted)}`);
  }
  if (!login.tokens && !personalAccessToken) {
    throw new CommandError(`The session of ${login.username} at ${url} has ended: run image-supergraph login.`);
  }
  const tokens = personalAccessToken === undefined ? loginFile.tokensAt(url) : fixedToken(personalAccessToken);
  return { url, client: clientAt(parts, { url, tokens, retry: { attempts } }) };
}

/** A personal access token takes the place of an access token, and is never refreshed. */
export const fixedToken = (token: string): TokenStore => ({
  get: () => ({ accessToken: token, refreshToken: '' }),
  set: () => {},
});

/** Shorter waits are not worth a line. */
const reportedWaitMs = 2_000;

/** A client that says when it waits. */
export function clientAt(
  { terminal, userAgent }: Pick<AccountParts, 'terminal' | 'userAgent'>,
  settings: ClientSettings,
) {
  const onWait = (error: unknown, waitMs: number) => {
    if (waitMs < reportedWaitMs) return;
    terminal.warn(
      `${error instanceof Error ? error.message : error} The next attempt is in ${Math.ceil(waitMs / 1_000)} s.`,
    );
  };
  return createClient({
    ...settings,
    // A budget of the server is for a minute.
    retry: { longestMs: 60_000, onWait, ...settings.retry },
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, 'user-agent': userAgent } }),
  });
}
