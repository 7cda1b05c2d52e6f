import { type Client, isApiError, memoryStore } from '../../node.ts';
import { clientAt, defaultUrl, endpoint, fixedToken } from '../account/account.ts';
import type { Login } from '../account/login-file.ts';
import { CommandError, explainError, UsageError } from '../terminal/errors.ts';
import { type Context, defineCommand } from './command.ts';

export const login = defineCommand({
  name: 'login',
  synopsis: '[options]',
  summary: 'Logs in, and keeps the tokens in a file that only you can read.',
  details: 'Asks for what is missing. A password or a token is never an argument: other users could see it.',
  options: {
    username: { type: 'string', value: '<name>', help: 'the account' },
    'password-stdin': { type: 'boolean', help: 'reads the password from standard input' },
    'with-token': {
      type: 'boolean',
      help: 'logs in by a personal access token, which it asks for or reads from standard input',
    },
    register: { type: 'boolean', help: 'registers the account first, unless it exists' },
  },
  async run({ values, context }) {
    const { loginFile, terminal } = context;
    const stored = await loginFile.read();
    const url = endpoint(values.url ?? context.settings.url ?? stored?.url ?? defaultUrl);
    warnIfUnencrypted(url, context);
    if (values['with-token'] && (values.username ?? values['password-stdin'] ?? values.register) !== undefined) {
      throw new UsageError('--with-token takes the place of a username and a password.', 'login');
    }
    const next = values['with-token']
      ? await logInByToken(url, context)
      : await logInByPassword(url, context, { ...values, stored: stored?.url === url ? stored.username : undefined });
    const previous = await loginFile.lock(async () => {
      const replaced = await loginFile.read();
      await loginFile.write(next);
      return replaced;
    });
    // Nobody has its tokens any more. If the server is unreachable, it expires on its own.
    if (previous?.tokens)
      await clientOf(previous, context)
        .logOut()
        .catch(() => {});
    const { username } = next;
    terminal.print(`Logged in as ${username} at ${url}. The tokens are in ${loginFile.path}.`, { username, url });
    if (context.settings.token !== undefined)
      terminal.warn('IMAGE_SUPERGRAPH_TOKEN is set: commands use that instead.');
    return 0;
  },
});

function warnIfUnencrypted(url: string, { terminal }: Context): void {
  const { protocol, hostname } = new URL(url);
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol === 'http:' && !isLocal)
    terminal.warn(`Others can read along: ${url} is not encrypted. Use https if the server has it.`);
}

async function logInByToken(url: string, context: Context): Promise<Login> {
  const { prompt, signal } = context;
  const question = { isHidden: true, otherwise: '', signal };
  const token = (
    prompt.isInteractive ? await prompt.ask('Personal access token: ', question) : await prompt.readAll()
  ).trim();
  if (!token) throw new UsageError('Standard input has no token.', 'login');
  const client = clientAt(context, { url, tokens: fixedToken(token), retry: { attempts: 2 } });
  const { username } = await client.me({ signal });
  return { url, username, personalAccessToken: token };
}

interface Credentials {
  username: string | undefined;
  'password-stdin': boolean | undefined;
  register: boolean | undefined;
  /** The name of the last log-in. */
  stored: string | undefined;
}

async function logInByPassword(url: string, context: Context, values: Credentials): Promise<Login> {
  const { prompt, signal } = context;
  const username = values.username ?? (await askUsername(context, values.stored));
  // A terminal never shows what is typed, also with --password-stdin.
  const isPiped = values['password-stdin'] && !prompt.isInteractive;
  const password = isPiped
    ? await prompt.readAll()
    : await prompt.ask('Password: ', { isHidden: true, otherwise: 'use --password-stdin.', signal });
  const tokens = memoryStore();
  const client = clientAt(context, { url, tokens, retry: { attempts: 2 } });
  const user = await enter(client, { username, password }, { isNew: values.register === true, signal });
  return { url, username: user.username, tokens: await tokens.get() };
}

async function askUsername({ prompt, signal }: Context, stored: string | undefined): Promise<string> {
  const question = stored === undefined ? 'Username: ' : `Username (${stored}): `;
  const answer = (await prompt.ask(question, { otherwise: 'use --username.', signal })).trim() || stored;
  if (!answer) throw new UsageError('A log-in needs a username.', 'login');
  return answer;
}

interface Entry {
  isNew: boolean;
  signal: AbortSignal;
}

async function enter(client: Client, input: { username: string; password: string }, { isNew, signal }: Entry) {
  if (!isNew) return client.logIn(input, { signal });
  try {
    return await client.register(input, { signal });
  } catch (error) {
    if (!isApiError(error, 'USERNAME_TAKEN')) throw error;
    return client.logIn(input, { signal });
  }
}

export const logout = defineCommand({
  name: 'logout',
  synopsis: '[options]',
  summary: 'Ends the session on the server, and deletes the file with its tokens.',
  options: {},
  async run({ context }) {
    const { loginFile, terminal } = context;
    return loginFile.lock(async () => {
      const stored = await loginFile.read();
      await loginFile.remove();
      if (!stored) {
        terminal.print('You were not logged in.', { loggedOut: false });
        return 0;
      }
      const { url, username } = stored;
      try {
        if (stored.tokens) await clientOf(stored, context).logOut({ signal: context.signal });
      } catch (error) {
        throw new CommandError(
          `Logged out here, but not at the server, where the session ends on its own. ${explainError(error, context.settings)}`,
        );
      }
      terminal.print(`Logged out ${username} at ${url}.`, { loggedOut: true, username, url });
      if (stored.personalAccessToken !== undefined) {
        terminal.warn('The personal access token is still valid: image-supergraph tokens revoke ends it.');
      }
      return 0;
    });
  },
});

const clientOf = ({ url, tokens }: Login, context: Context) =>
  clientAt(context, { url, tokens: memoryStore(tokens), retry: { attempts: 2 } });

export const whoami = defineCommand({
  name: 'whoami',
  synopsis: '[options]',
  summary: 'Prints which account is logged in.',
  options: {},
  async run({ values, context }) {
    const { client, url } = await context.connect(values.url);
    const { id, username, createdAt } = await client.me({ signal: context.signal });
    context.terminal.print(`${username} at ${url}`, { id, username, createdAt, url });
    return 0;
  },
});
