import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { describeEnvironment, readEnvironment, wholeNumber } from '../../platform/process/environment.ts';
import { explainParseError, StartupError, UsageError } from '../../platform/process/startup-error.ts';
import { authEnvironment } from './environment.ts';
import {
  type ListedKey,
  listKeys,
  type RotationSettings,
  retireCompromised,
  retireExpired,
  rotate,
} from './tokens/rotation.ts';

// The command `npm run keys`, with which operators list, rotate and retire signing keys.

/**
 * Longer than a new key takes to reach everyone: auth polls its folder every 5 seconds, and resources fetches the JWK
 * Set every 90 seconds (`platform/tokens/remote-key-set.ts`).
 */
const defaultSignsInSeconds = '120';

const keysEnvironment = z.object({
  SIGNING_KEYS_FOLDER: authEnvironment.shape.SIGNING_KEYS_FOLDER.optional().describe(
    'Folder of the keys, unless --folder names another.',
  ),
  DATA_FOLDER: z
    .string()
    .default('./data')
    .describe('The data folder of `npm start`; its keys are used unless another folder is named.'),
  ACCESS_TOKEN_SECONDS: authEnvironment.shape.ACCESS_TOKEN_SECONDS.describe(
    'Lifetime of access tokens; the same as auth has.',
  ),
});

const help = `Lists, rotates and retires the keys that access tokens are signed with.

  npm run keys -- list                          lists all keys with their state: next, signing, accepted, expired
  npm run keys -- rotate [--signs-in <seconds>] adds the next key: published at once, signing in ${defaultSignsInSeconds} seconds
  npm run keys -- retire                        deletes the keys whose tokens have all expired
  npm run keys -- retire <kid> --compromised    deletes a key at once, which invalidates all tokens that it signed

  --folder <folder>                             folder of the keys
  --create                                      with rotate: create the folder, if it is missing, and its first key
  --help                                        print this text

Exit codes: 0 success, 1 failure, 2 invalid command line.

Environment:
${describeEnvironment(keysEnvironment)}
`;

const commands = ['list', 'rotate', 'retire'];

try {
  process.stdout.write(run(process.argv.slice(2)));
} catch (error) {
  const isUserError = error instanceof StartupError;
  process.stderr.write(`${isUserError ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

function run(args: string[]): string {
  const { values, positionals } = readArguments(args);
  const [command, kid, ...more] = positionals;
  if (command !== undefined && !commands.includes(command)) throw usageError(`unknown command ${command}`);
  if (values.help) return help;
  const env = readEnvironment(keysEnvironment, process.env);
  const folder = values.folder ?? env.SIGNING_KEYS_FOLDER ?? join(env.DATA_FOLDER, 'secrets', 'signing-keys');
  const settings = { folder, tokenSeconds: env.ACCESS_TOKEN_SECONDS };
  if (more.length > 0) throw usageError(`unexpected argument ${more[0]}`);
  if (values['signs-in'] !== undefined && command !== 'rotate') throw usageError('--signs-in belongs to rotate');
  if (values.create && command !== 'rotate') throw usageError('--create belongs to rotate');
  if (values.compromised && command !== 'retire') throw usageError('--compromised belongs to retire');
  if (kid !== undefined && command !== 'retire') throw usageError(`unexpected argument ${kid}`);
  switch (command) {
    case 'list':
      return list(settings);
    case 'rotate':
      return rotateNow(settings, { signsIn: values['signs-in'] ?? defaultSignsInSeconds, isFirst: values.create });
    case 'retire':
      return kid === undefined && !values.compromised
        ? retireAllExpired(settings)
        : retireOne(settings, kid, values.compromised);
    default:
      throw usageError('no command');
  }
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        folder: { type: 'string' },
        'signs-in': { type: 'string' },
        create: { type: 'boolean', default: false },
        compromised: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw usageError(explainParseError(error));
  }
}

/** The keys of a folder and the files that cannot be used. Throws a StartupError if there is no usable key. */
function requireKeys(settings: RotationSettings) {
  const { folder } = settings;
  const { keys, errors } = listKeys(settings);
  if (keys.length > 0) return { keys, errors };
  const problem = existsSync(folder) ? `There is no usable key in ${folder}.` : `The folder ${folder} does not exist.`;
  const fix = `Name another with --folder, or create the first key: npm run keys -- rotate --create --folder ${folder}`;
  throw new StartupError([`${problem} ${fix}`, ...[...errors.values()].map(({ message }) => message)].join('\n'));
}

/** A table of the keys, followed by the files that cannot be used. */
function list(settings: RotationSettings): string {
  const { folder } = settings;
  const { keys, errors } = requireKeys(settings);
  const createdAt = (name: string) => statSync(join(folder, name)).mtime.toISOString();
  const rows = keys.map((listed) => [listed.key.kid, describeState(listed), createdAt(listed.key.name)]);
  const table = [['kid', 'state', 'created'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const format = (row: string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const lines = table.map((row) => format(row).trimEnd());
  return `${[...lines, ...[...errors.values()].map(({ message }) => message)].join('\n')}\n`;
}

function describeState({ key, state, acceptedUntilMs }: ListedKey): string {
  if (state === 'next') return `next, from ${key.signsFrom.toISOString()}`;
  if (state === 'accepted') return `accepted until ${new Date(acceptedUntilMs).toISOString()}`;
  return state ?? '';
}

function rotateNow(settings: RotationSettings, { signsIn, isFirst }: { signsIn: string; isFirst: boolean }): string {
  const seconds = wholeNumber({ min: 0, max: 31_536_000 }).safeParse(signsIn);
  if (!seconds.success) throw usageError(`--signs-in ${seconds.error.issues[0]?.message}`);
  if (!isFirst) requireKeys(settings);
  else if (listKeys(settings).keys.length > 0) {
    throw new StartupError(`There is a key in ${settings.folder} already: rotate without --create.`);
  }
  const { added, retired } = rotate({ ...settings, signsInSeconds: seconds.data });
  return `${added.kid} signs from ${added.signsFrom.toISOString()} on.\n${describeRetired(retired)}`;
}

function retireAllExpired(settings: RotationSettings): string {
  requireKeys(settings);
  return describeRetired(retireExpired(settings)) || 'No key has expired: see list.\n';
}

function retireOne(settings: RotationSettings, kid: string | undefined, isCompromised: boolean): string {
  if (kid === undefined) throw usageError('--compromised needs a kid');
  if (!isCompromised) {
    throw usageError('keys are retired when their tokens have expired; to invalidate them now, add --compromised');
  }
  const signing = retireCompromised(settings, kid);
  return `${describeRetired([{ kid }])}${signing.kid} signs.\n`;
}

function describeRetired(keys: { kid: string }[]): string {
  return keys.map(({ kid }) => `${kid} is retired.\n`).join('');
}

function usageError(message: string): UsageError {
  return new UsageError(`${message}: see npm run keys -- --help`);
}
