import { parseArgs } from 'node:util';

export const help = `Uploads images, lists and deletes them.

  npm run example -- upload [options] <file>...
  npm run example -- list [options]
  npm run example -- delete [options] <id>...

upload skips what is there already, by title and bytes: after an interruption, run the same command again.

  --username <name>   or SUPERGRAPH_USERNAME
  --password <text>   or SUPERGRAPH_PASSWORD, which other users of the machine do not see
  --register          opens the account where there is none by that name
  --url <url>         or SUPERGRAPH_URL; http://127.0.0.1:4000/graphql where neither is given
  --help

Exits with 0 where all is done, 1 where something is not, 2 where the command is wrong, 130 where it was interrupted, 141
where nobody read on. Control characters in titles and names are written as \\u001b.
`;

const commands = ['upload', 'list', 'delete'] as const;

export interface Options {
  command: (typeof commands)[number];
  /** Files to upload, or ids to delete. */
  names: string[];
  url: string;
  username: string;
  password: string;
  register: boolean;
}

/** A command that cannot be run as it stands. */
export class UsageError extends Error {}

/** What is to be done; undefined where help is asked for. Throws a UsageError. */
export function readOptions(args: string[], env: Record<string, string | undefined>): Options | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [name, ...names] = positionals;
  const command = commands.find((each) => each === name);
  if (!command) throw new UsageError(name ? `There is no command ${name}.` : 'Say what to do.');
  if (command !== 'list' && names.length === 0) throw new UsageError(`Say what to ${command}.`);
  if (command === 'list' && names.length > 0) throw new UsageError('list takes no names.');
  const username = values.username ?? env.SUPERGRAPH_USERNAME;
  const password = values.password ?? env.SUPERGRAPH_PASSWORD;
  if (!username || !password) throw new UsageError('Say who you are: a username and a password.');
  const url = values.url ?? env.SUPERGRAPH_URL ?? 'http://127.0.0.1:4000/graphql';
  if (!URL.canParse(url)) throw new UsageError(`${url} is no URL.`);
  return { command, names, url, username, password, register: values.register };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false },
        password: { type: 'string' },
        register: { type: 'boolean', default: false },
        url: { type: 'string' },
        username: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
