import { readFileSync } from 'node:fs';
import { z } from 'zod';

// Characters that an HTTP header carries unchanged.
const TOKEN_PATTERN = /^[\x20-\x7e]{16,}$/;
const TOKEN_RULE = 'names a file without a valid token; it must hold one line of at least 16 ASCII characters';
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
const PUBLIC_URL_RULE =
  'must be an absolute http or https URL without query, and name 127.0.0.1 rather than localhost, such as http://127.0.0.1:4003';

/** The variables of the image service when it runs as a process. Parsing reads the token file, and no other file. */
export const imageServiceEnvironment = z.object({
  IMAGE_SERVICE_PORT: wholeNumber(65_535).default(4003).describe('Port to listen on; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all interfaces.'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe(`One of ${LOG_LEVELS.join(', ')}.`),
  SHUTDOWN_DELAY_MS: wholeNumber(600_000)
    .default(0)
    .describe('Time in which a stopping service is not ready but still serves, in milliseconds.'),
  SHUTDOWN_GRACE_MS: wholeNumber(600_000)
    .default(20_000)
    .describe('Time for requests in flight when stopping, in milliseconds.'),
  IMAGE_SERVICE_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, PUBLIC_URL_RULE)
    .optional()
    .describe('URL under which clients reach the service, if it differs from the one it listens on.'),
  IMAGE_SERVICE_FOLDER: z.string().describe('Folder of the images; created if missing.'),
  IMAGE_SERVICE_CHECK_BYTES: z
    .enum(['on', 'off'], 'must be on or off')
    .default('on')
    .describe('on: rejects bytes of another type than contentType says. off: takes any, as the real service may.'),
  IMAGE_SERVICE_TOKEN_FILE: z
    .string()
    .transform(readToken)
    .describe('Path of a file with the token that clients send, 16 characters or more.'),
});

/** The parsed variables. `IMAGE_SERVICE_TOKEN_FILE` is the token itself. */
export type ImageServiceEnvironment = z.output<typeof imageServiceEnvironment>;

/** Reads the variables; an empty one counts as missing. Reports all errors together, one line each. */
export function readEnvironment(env: NodeJS.ProcessEnv): { settings: ImageServiceEnvironment } | { errors: string[] } {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = imageServiceEnvironment.safeParse(present);
  if (result.success) return { settings: result.data };
  return { errors: result.error.issues.map(({ path, message }) => explain(String(path[0]), present, message)) };
}

/** Lists every variable with its description and default: the text of `--help`. */
export function describeEnvironment(): string {
  const lines = Object.entries(imageServiceEnvironment.shape).map(
    ([name, variable]) => `  ${name.padEnd(26)} ${variable.description} [${defaultOf(variable)}]`,
  );
  return ['The image service stores images and serves them. Environment variables:', ...lines].join('\n');
}

function explain(name: string, env: NodeJS.ProcessEnv, message: string): string {
  if (env[name] !== undefined) return `${name} ${message}`;
  const { [name]: variable } = imageServiceEnvironment.shape as Record<string, z.ZodType>;
  return `${name} is missing; set it: ${variable?.description}`;
}

function defaultOf(variable: z.ZodType): string {
  const { success, data } = variable.safeParse(undefined);
  return success ? String(data ?? 'optional') : 'required';
}

function wholeNumber(max: number) {
  return z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) <= max, `must be a whole number from 0 to ${max}`)
    .transform(Number);
}

function isPublicUrl(text: string): boolean {
  if (!/^https?:\/\/[^?#@\s]+$/.test(text) || !URL.canParse(text)) return false;
  return !/(^|\.)localhost\.?$/.test(new URL(text).hostname);
}

function readToken(file: string, context: z.RefinementCtx): string {
  const token = readText(file)?.trim();
  if (token === undefined) context.addIssue('names a file that cannot be read; create the file or correct the path');
  else if (!TOKEN_PATTERN.test(token)) context.addIssue(TOKEN_RULE);
  return token ?? '';
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
