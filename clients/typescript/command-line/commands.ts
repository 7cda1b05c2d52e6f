import { type Command, commonOptions, optionsHelp, type ParsedCommand, parse } from './commands/command.ts';
import { download } from './commands/download.ts';
import { login, logout, whoami } from './commands/login.ts';
import { list, remove } from './commands/resources.ts';
import { createToken, listTokens, revokeToken } from './commands/tokens.ts';
import { upload } from './commands/upload.ts';
import { UsageError } from './terminal/errors.ts';

const commands = [login, logout, whoami, upload, list, download, remove, listTokens, createToken, revokeToken];

const summaries = (of: readonly Command[]) => {
  const width = Math.max(...of.map(({ name }) => name.length));
  return of.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`).join('');
};

const topOptions = {
  help: { type: 'boolean', help: 'prints this text; after a command, that of the command' },
  version: { type: 'boolean', help: 'prints the version' },
} as const;

const help = `Uploads, lists, downloads and deletes images.

  image-supergraph <command> [options]

${summaries(commands)}
${optionsHelp(topOptions)}
IMAGE_SUPERGRAPH_URL is the GraphQL endpoint, http://127.0.0.1:4000/graphql by default. IMAGE_SUPERGRAPH_TOKEN is a
token to use instead of a log-in, as in CI. The log-in is kept in $XDG_CONFIG_HOME/image-supergraph, by default
~/.config/image-supergraph, which no other user can read.

Exit codes: 0 success, 1 failure of at least one item, 2 invalid command line, 130 interrupted, 143 terminated, 141
output closed by its reader. Control characters in titles and file names are printed as \\u001b.
`;

/** A command to run, or a text to print. */
export type CommandLine = { text: string } | { command: ParsedCommand };

/** Parses a command line. Throws UsageError. */
export function parseCommandLine(args: readonly string[], version: string): CommandLine {
  const [first, ...rest] = args;
  if (first === 'help') return parseCommandLine([...rest, '--help'], version);
  if (first === undefined) throw new UsageError('Name a command.');
  if (first.startsWith('-')) {
    const { values, positionals } = parse(topOptions, [...args]);
    if (positionals.length > 0) throw new UsageError(`Name the command first: image-supergraph ${positionals[0]} …`);
    return { text: values.version ? `${version}\n` : help };
  }
  const named = (name: string) => commands.find((each) => each.name === name);
  const [second = '', ...others] = rest;
  const pair = named(`${first} ${second}`);
  const command = pair ?? named(first);
  if (!command) return parseGroup(first, rest);
  const parsed = command.parse(pair ? others : rest);
  return parsed.help ? { text: command.help } : { command: parsed };
}

/** Parses a first word that only begins the names of commands, as `tokens` does. */
function parseGroup(first: string, rest: string[]): CommandLine {
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length === 0) throw new UsageError(`Unknown command '${first}'.`);
  const { values, positionals } = parse(commonOptions, rest, first);
  const [unexpected] = positionals;
  if (unexpected !== undefined) throw new UsageError(`Unknown command '${first} ${unexpected}'.`, first);
  if (!values.help) throw new UsageError(`Name a command of ${first}.`, first);
  return { text: `  image-supergraph ${first} <command>\n\n${summaries(group)}` };
}

/** The usage of a command, of a group of commands, or of the program. */
export function usageOf(name: string | undefined): string {
  const found = commands.filter((command) => command.name === name || command.name.startsWith(`${name} `));
  const usages = found.map(({ usage }) => `  ${usage}\n`).join('') || '  image-supergraph <command> [options]\n';
  return `${usages}\nSee image-supergraph ${name ? `${name} ` : ''}--help.`;
}
