import { z } from 'zod';
import { logLevels } from './logger.ts';
import { readSecret } from './secret-file.ts';
import { StartupError } from './startup-error.ts';

/** A TCP port; 0 lets the system choose a free one. */
export const port = () => wholeNumber({ min: 0, max: 65_535 });

/** A whole number in decimal digits. */
export function wholeNumber({ min, max }: { min: number; max: number }) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
}

/** An absolute http or https URL without a trailing slash. */
export const httpUrl = () =>
  z
    .url({ protocol: /^https?$/, message: 'must be an absolute URL, such as http://127.0.0.1:4000' })
    .transform((url) => url.replace(/\/+$/, ''));

/** Absolute http or https URLs with unique names, separated by commas: `one=http://…,other=https://…`. */
export const namedHttpUrls = () =>
  z
    .string()
    .transform((list) => list.split(',').map(splitAtEqualsSign))
    .pipe(z.array(z.object({ name: z.string().regex(/^[\w-]+$/, mustBeNamed), url: httpUrl() })))
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must give each URL a different name');

const mustBeNamed = 'must be names with URLs, separated by commas, such as name=http://127.0.0.1:4000/path';

function splitAtEqualsSign(pair: string): { name: string; url: string } {
  const [name = '', ...rest] = pair.trim().split('=');
  return { name, url: rest.join('=') };
}

/** An http or https origin: scheme, host and port only. */
export const httpOrigin = () =>
  z
    .string()
    .refine((text) => isOrigin(text) && /^https?:/.test(text), 'must be an origin, such as http://127.0.0.1:4000');

/** Origins (scheme, host and port only), separated by commas. */
export const origins = () =>
  z
    .string()
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .pipe(z.array(z.string().refine(isOrigin, { error: ({ input }) => notAnOrigin(String(input)) })));

const notAnOrigin = (entry: string) =>
  `must be origins separated by commas, such as https://app.example, without a path or trailing slash; '${entry}' is none`;

/** A path of a file with a secret. `parse` throws if the secret is unusable. */
export const secretFile = <Secret>(parse: (text: string) => Secret) =>
  z.string().transform((file, context) => {
    try {
      return readSecret(file, parse);
    } catch (error) {
      context.addIssue(`names a file that cannot be used: ${(error as Error).message}`);
      return z.NEVER;
    }
  });

/** A switch: on or off. */
export const onOrOff = () => z.enum(['on', 'off'], 'must be on or off').transform((value) => value === 'on');

/** The least severe level that is logged. */
export const logLevel = () => z.enum(logLevels, `must be one of ${logLevels.join(', ')}`);

/** True if the text is an origin as browsers write it. */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && !text.includes('*');
}

/**
 * Reads the variables of `spec` only; an empty one counts as missing. The `formerName` in a variable's metadata goes on
 * working. Throws one StartupError with all errors.
 */
export function readEnvironment<Spec extends z.ZodObject>(spec: Spec, env: NodeJS.ProcessEnv): z.output<Spec> {
  const present = Object.fromEntries(
    Object.entries(spec.shape)
      .map(([name, variable]) => [name, env[name] || env[formerNameOf(variable)]])
      .filter(([, value]) => value),
  );
  const result = spec.safeParse(present);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    const variable = spec.shape[name];
    if (present[name] !== undefined) return `  ${name} ${message}`;
    const formerName = formerNameOf(variable);
    return `  ${formerName ? `${name} or ${formerName}` : name} is missing: ${variable?.description}`;
  });
  throw new StartupError(`The environment is invalid (--help lists every variable):\n${errors.join('\n')}`);
}

/** Describes variables for `--help`: name, meaning and default. */
export function describeEnvironment(spec: z.ZodObject): string {
  return Object.entries(spec.shape)
    .map(
      ([name, variable]) =>
        `  ${name.padEnd(30)} ${variable.description} ${formerlyOf(variable)}${defaultOf(variable)}`,
    )
    .join('\n');
}

const formerNameOf = (variable: z.core.$ZodType | undefined): string =>
  String((variable && z.globalRegistry.get(variable)?.formerName) ?? '');

function formerlyOf(variable: z.core.$ZodType): string {
  const name = formerNameOf(variable);
  return name && `Formerly ${name}, which still works. `;
}

function defaultOf(variable: z.core.$ZodType): string {
  if (variable instanceof z.ZodDefault || variable instanceof z.ZodPrefault) {
    return `[${String(variable.def.defaultValue) || 'none'}]`;
  }
  return variable instanceof z.ZodOptional ? '[optional]' : '[required]';
}
