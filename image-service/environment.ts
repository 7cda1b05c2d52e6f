import { readFileSync } from 'node:fs';
import { z } from 'zod';

// What a header carries as it is.
const IS_TOKEN = /^[\x20-\x7e]{16,}$/;
const TOKEN = 'names a file without a good token; put at least 16 characters of ASCII into it, all in one line';
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
const PORT = 'must be a whole number from 0 to 65535';
const PUBLIC_URL =
  'must be an absolute http or https URL without query, and name 127.0.0.1 rather than localhost, as http://127.0.0.1:4003';

/** The variables that the service started alone is set by. Parsing reads the token's file; nothing else is read. */
export const imageServiceEnvironment = z.object({
  IMAGE_SERVICE_PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, PORT)
    .transform(Number)
    .default(4003)
    .describe('The port to listen on; 0 takes a free one'),
  HOST: z.string().default('127.0.0.1').describe('The address to listen on; 0.0.0.0 is every one there is'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe(`How much is logged: ${LOG_LEVELS.join(', ')}`),
  IMAGE_SERVICE_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, PUBLIC_URL)
    .optional()
    .describe('The URL that clients reach the service at, where it is not the one it listens on'),
  IMAGE_SERVICE_FOLDER: z.string().describe('The folder that holds the images; made where it does not exist'),
  IMAGE_SERVICE_TOKEN_FILE: z
    .string()
    .transform(readToken)
    .describe('The path of a file that holds the token which clients send, 16 characters or more'),
});

/** What the variables say. `IMAGE_SERVICE_TOKEN_FILE` is the token itself. */
export type ImageServiceEnvironment = z.output<typeof imageServiceEnvironment>;

/** Reads the variables; an empty one counts as missing. Gives all faults together, each a line with how to mend it. */
export function readEnvironment(env: NodeJS.ProcessEnv): { settings: ImageServiceEnvironment } | { faults: string[] } {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = imageServiceEnvironment.safeParse(given);
  if (result.success) return { settings: result.data };
  return { faults: result.error.issues.map(({ path, message }) => faultOf(String(path[0]), given, message)) };
}

/** The text of --help: every variable with what it means and its default. */
export function describeEnvironment(): string {
  const lines = Object.entries(imageServiceEnvironment.shape).map(
    ([name, variable]) => `  ${name.padEnd(26)} ${variable.description} [${defaultOf(variable)}]`,
  );
  return ['The image service: stores images and serves them. It is set by environment variables:', ...lines].join('\n');
}

function faultOf(name: string, given: NodeJS.ProcessEnv, message: string): string {
  if (given[name] !== undefined) return `${name} ${message}`;
  const { [name]: variable } = imageServiceEnvironment.shape as Record<string, z.ZodType>;
  return `${name} is missing; set it: ${variable?.description}`;
}

function defaultOf(variable: z.ZodType): string {
  const { success, data } = variable.safeParse(undefined);
  return success ? String(data ?? 'optional') : 'required';
}

function isPublicUrl(text: string): boolean {
  if (!/^https?:\/\/[^?#@\s]+$/.test(text) || !URL.canParse(text)) return false;
  return !/(^|\.)localhost\.?$/.test(new URL(text).hostname);
}

function readToken(file: string, context: z.RefinementCtx): string {
  const token = readText(file)?.trim();
  if (token === undefined) context.addIssue('names a file that cannot be read; make the file, or mend the path');
  else if (!IS_TOKEN.test(token)) context.addIssue(TOKEN);
  return token ?? '';
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
