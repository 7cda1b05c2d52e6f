import { parseArgs } from 'node:util';

export const help = `Uploads, lists and deletes images.

  npm run example -- upload [options] <file>...
  npm run example -- list [options]
  npm run example -- delete [options] <id>...

upload skips files that are already there, with the same name and content: after an interruption, run it again.

  --username <name>   or SUPERGRAPH_USERNAME
  --password <text>   or SUPERGRAPH_PASSWORD, which other users of this machine cannot see
  --register          registers the account first, unless it exists
  --url <url>         or SUPERGRAPH_URL; default http://127.0.0.1:4000/graphql
  --help              shows this text

Exit codes: 0 success, 1 failure of at least one item, 2 invalid command, 130 interrupted, 141 output closed by its reader.
Control characters in titles and file names are printed as \\u001b.
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

/** An invalid command line. */
export class UsageError extends Error {}

/** Parses the command line; undefined for `--help`. Throws UsageError. */
export function readOptions(args: string[], env: Record<string, string | undefined>): Options | undefined {
  const { values, positionals } = parse(args);
  const [name, ...names] = positionals;
  const command = commands.find((each) => each === name);
  if (name && !command) throw new UsageError(`Unknown command '${name}'.`);
  if (values.help) return undefined;
  if (!command) throw new UsageError('Name a command: upload, list or delete.');
  if (command !== 'list' && names.length === 0)
    throw new UsageError(command === 'upload' ? 'Name the files to upload.' : 'Name the ids to delete.');
  if (command === 'list' && names.length > 0) throw new UsageError('list takes no arguments.');
  const username = values.username ?? env.SUPERGRAPH_USERNAME;
  const password = values.password ?? env.SUPERGRAPH_PASSWORD;
  if (!username || !password) throw new UsageError('Set a username and a password.');
  const url = values.url ?? env.SUPERGRAPH_URL ?? 'http://127.0.0.1:4000/graphql';
  if (!URL.canParse(url)) throw new UsageError(`'${url}' is not a URL.`);
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
    // The first sentence: the rest is advice for programmers.
    throw new UsageError(`${(error as Error).message.split(/\.\s/)[0]}.`);
  }
}
