import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeEnvironment, readEnvironment, wholeNumber } from '../../../platform/process/environment.ts';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { describeKeys } from './key-table.ts';
import { keysEnvironment } from './keys-environment.ts';
import { type KeysAt, listKeys, retireCompromised, retireExpired, rotate } from './rotation.ts';

/**
 * Longer than it takes until everybody knows a key that is there: auth looks every 5 seconds, and resources fetches every
 * 90 (`platform/tokens/remote-key-set.ts`).
 */
const signsInSeconds = '120';

const help = `The keys that access tokens are signed with.

  npm run keys -- list                          every key and what it is: next, signing, accepted, expired
  npm run keys -- rotate [--signs-in <seconds>] adds the next key: published at once, signing in ${signsInSeconds} seconds
  npm run keys -- retire                        removes the keys whose tokens have all expired
  npm run keys -- retire <kid> --compromised    removes a key at once, and with it every token that it signed

  --folder <folder>                             where the keys are

Environment:
${describeEnvironment(keysEnvironment)}
`;

try {
  process.stdout.write(run(process.argv.slice(2)));
} catch (error) {
  const isForPeople = error instanceof StartupError;
  process.stderr.write(`${isForPeople ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
}

function run(args: string[]): string {
  const { values, positionals } = readArguments(args);
  const [command, kid, ...more] = positionals;
  if (values.help) return help;
  const env = readEnvironment(keysEnvironment, process.env);
  const folder = values.folder ?? env.SIGNING_KEYS_FOLDER ?? join(env.DATA_FOLDER, 'secrets', 'signing-keys');
  const at = { folder, tokenSeconds: env.ACCESS_TOKEN_SECONDS };
  if (more.length > 0) throw misused(`${more[0]} is one argument too many`);
  if (values['signs-in'] !== undefined && command !== 'rotate') throw misused('--signs-in belongs to rotate');
  if (values.compromised && command !== 'retire') throw misused('--compromised belongs to retire');
  if (kid !== undefined && command !== 'retire') throw misused(`${kid} is one argument too many`);
  switch (command) {
    case 'list':
      return describeKeys(folder, listKeys(at));
    case 'rotate':
      return rotateNow(at, values['signs-in'] ?? signsInSeconds);
    case 'retire':
      return kid === undefined && !values.compromised ? retireNow(at) : retireOne(at, kid, values.compromised);
    default:
      throw misused(command === undefined ? 'Say what to do' : `There is no ${command}`);
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
        compromised: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw misused((error as Error).message.split('. ')[0] ?? '');
  }
}

function rotateNow(at: KeysAt, signsIn: string): string {
  const seconds = wholeNumber({ min: 0, max: 31_536_000 }).safeParse(signsIn);
  if (!seconds.success) throw misused(`--signs-in ${seconds.error.issues[0]?.message}`);
  const { added, retired } = rotate({ ...at, signsInSeconds: seconds.data });
  return [`${added.kid} signs from ${added.signsFrom.toISOString()} on.`, ...retired.map(saidOf), ''].join('\n');
}

function retireNow(at: KeysAt): string {
  const retired = retireExpired(at);
  if (retired.length > 0) return [...retired.map(saidOf), ''].join('\n');
  return 'No key has expired: see list.\n';
}

function retireOne(at: KeysAt, kid: string | undefined, isCompromised: boolean): string {
  if (kid === undefined) throw misused('--compromised needs the kid');
  if (!isCompromised) {
    const message = 'A key is retired by itself when its tokens have expired. To end them now, add --compromised';
    throw misused(message);
  }
  const signing = retireCompromised(at, kid);
  return `${saidOf({ kid })}\n${signing.kid} signs.\n`;
}

function saidOf({ kid }: { kid: string }): string {
  return `${kid} is retired.`;
}

function misused(message: string): StartupError {
  return new StartupError(`${message}: see npm run keys -- --help`);
}
