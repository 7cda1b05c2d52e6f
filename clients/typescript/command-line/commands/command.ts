import { parseArgs } from 'node:util';
import type { Account } from '../account/account.ts';
import type { LoginFile, LoginSettings } from '../account/login-file.ts';
import { UsageError } from '../terminal/errors.ts';
import type { Prompt, Terminal } from '../terminal/terminal.ts';

export interface Option {
  type: 'string' | 'boolean';
  /** Stands for the value in the help, such as `<n>`. */
  value?: string;
  help: string;
}

type Options = Readonly<Record<string, Option>>;

type Values<Of extends Options> = {
  [Name in keyof Of]: (Of[Name]['type'] extends 'boolean' ? boolean : string) | undefined;
};

/** The surroundings of a command. */
export interface Context {
  terminal: Terminal;
  prompt: Prompt;
  /** Aborted by Ctrl-C, and when the output is closed. */
  signal: AbortSignal;
  /** Sent with every request. */
  userAgent: string;
  /** Variables of the environment. */
  settings: LoginSettings;
  loginFile: LoginFile;
  /** The folder of files that are kept from one run to the next. */
  folder: string;
  /** The account that is logged in at this URL, or at any. Throws CommandError. */
  connect(url: string | undefined, options?: { attempts: number }): Promise<Account>;
}

export interface Call<Of extends Options> {
  values: Values<Of & typeof commonOptions>;
  /** The arguments that are no options. */
  names: string[];
  context: Context;
}

interface Definition<Of extends Options> {
  name: string;
  /** The arguments after the name. */
  synopsis: string;
  summary: string;
  /** Paragraphs of the help. */
  details?: string;
  options: Of;
  /** How many arguments may follow; none by default. */
  names?: { min: number; missing: string };
  /** Resolves to the exit code. */
  run(call: Call<Of>): Promise<number>;
}

/** A command whose command line was parsed. `help` is true if only its help is to be printed. */
export interface ParsedCommand {
  name: string;
  help: boolean;
  json: boolean;
  run(context: Context): Promise<number>;
}

export interface Command {
  name: string;
  summary: string;
  usage: string;
  help: string;
  /** Throws UsageError. */
  parse(args: string[]): ParsedCommand;
}

/** Options of every command. */
export const commonOptions = {
  url: { type: 'string', value: '<url>', help: 'the GraphQL endpoint; also IMAGE_SUPERGRAPH_URL' },
  json: { type: 'boolean', help: 'prints a JSON object a line' },
  help: { type: 'boolean', help: 'prints this text' },
} as const satisfies Options;

export function defineCommand<const Of extends Options>(definition: Definition<Of>): Command {
  const { name, synopsis, summary, details, names } = definition;
  const options = { ...definition.options, ...commonOptions };
  const usage = `image-supergraph ${name} ${synopsis}`.trimEnd();
  return {
    name,
    summary,
    usage,
    help: [`${summary}\n`, `  ${usage}\n`, ...(details ? [`${details}\n`] : []), optionsHelp(options)].join('\n'),
    parse(args) {
      const { values, positionals } = parse(options, args, name);
      const help = values.help === true;
      const [unexpected] = names ? [] : positionals;
      if (unexpected !== undefined) throw new UsageError(`Unexpected argument '${unexpected}'.`, name);
      if (!help && names && positionals.length < names.min) throw new UsageError(names.missing, name);
      return {
        name,
        help,
        json: values.json === true,
        run: (context) =>
          definition.run({ values: values as Values<Of & typeof commonOptions>, names: positionals, context }),
      };
    },
  };
}

export function optionsHelp(options: Options): string {
  const rows = Object.entries(options).map(([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help]);
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return rows.map(([left = '', help]) => `  ${left.padEnd(width)}  ${help}\n`).join('');
}

/** Parses options and arguments. Throws UsageError. */
export function parse(options: Options, args: string[], command?: string) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // The first sentence: the rest is advice for programmers.
    throw new UsageError(`${(error as Error).message.split(/\.\s/)[0]?.replace(/\.$/, '')}.`, command);
  }
}

/** Parses a number of an option. Throws UsageError. */
export function wholeNumber(
  text: string | undefined,
  { option, min, max }: { option: string; min: number; max: number },
) {
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`--${option} takes a whole number from ${min} to ${max}.`);
}
