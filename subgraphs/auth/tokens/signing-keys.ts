import type { KeyObject } from 'node:crypto';
import type { Logger } from '../../../platform/process/logger.ts';
import { errorCode, StartupError } from '../../../platform/process/startup-error.ts';
import type { OpenKeySet } from '../../../platform/tokens/key-set.ts';
import { type KeyFile, type KeyFolder, readKeyFolder } from './key-folder.ts';
import { type KeyLifetime, lifetimesOf, signingAt, type TokenTimes } from './key-lifetimes.ts';
import { type PublicJwk, publicJwk } from './public-jwk.ts';

/** The keys that auth signs with, and those that tokens are still accepted of. */
export interface SigningKeys extends OpenKeySet {
  /** What signs now. */
  current(): { kid: string; privateKey: KeyObject };
  /** A JWK Set (RFC 7517, section 5) of what is accepted now or will be. */
  published(): { keys: PublicJwk[] };
}

export interface SigningKeysSettings extends TokenTimes {
  folder: string;
  log: Logger;
  /** Between two looks into the folder. */
  everyMs?: number;
}

const defaultEveryMs = 5_000;

/**
 * Opens a folder of keys, and looks into it again every few seconds: not by watching it, which tells nothing of changes
 * that are made on the other side of a container's mount. Where it cannot be read, or no key in it can, what was read
 * last stays in use. A StartupError where there is no key to begin with.
 */
export function openSigningKeys({ folder, log, everyMs = defaultEveryMs, ...times }: SigningKeysSettings): SigningKeys {
  let keys = requireAny(folder);
  let lifetimes = byId(keys, times);
  let signing = '';
  const report = createReport(log);

  const take = (read: KeyFolder) => {
    report.faults(read.faults);
    if (read.keys.length === 0) throw new Error('There is no key in the folder that could be used.');
    keys = read.keys;
    lifetimes = byId(keys, times);
    const { kid } = current();
    if (kid !== signing) log.info({ kid }, 'this key signs now');
    signing = kid;
  };
  const current = () => {
    const key = signingAt(keys, Date.now());
    if (!key) throw new Error('There is always a key.');
    return key;
  };
  const isAccepted = ({ acceptedUntilMs }: KeyLifetime<KeyFile>) => Date.now() < acceptedUntilMs;
  const look = () => {
    try {
      take(readKeyFolder(folder, keys));
      report.works();
    } catch (err) {
      report.fails(err);
    }
  };
  look();
  const timer = setInterval(look, everyMs).unref();

  return {
    get: (kid) => {
      const lifetime = lifetimes.get(kid);
      return lifetime && isAccepted(lifetime) ? lifetime.key.publicKey : undefined;
    },
    // A key that is added is found soon enough, and long before it signs.
    refresh: async () => {},
    requireKeys: () => {},
    current,
    published: () => ({ keys: [...lifetimes.values()].filter(isAccepted).map(({ key }) => publicJwk(key)) }),
    stop: () => clearInterval(timer),
  };
}

function byId(keys: readonly KeyFile[], times: TokenTimes): ReadonlyMap<string, KeyLifetime<KeyFile>> {
  return new Map(lifetimesOf(keys, times).map((lifetime) => [lifetime.key.kid, lifetime]));
}

function requireAny(folder: string): KeyFile[] {
  const mend = `Make a key in it: npm run keys -- rotate --folder ${folder}`;
  const { keys, faults } = readOrFault(folder, mend);
  if (keys.length > 0) return keys;
  const [fault] = faults.values();
  throw fault ?? new StartupError(`The folder ${folder} holds no signing key. ${mend}`);
}

function readOrFault(folder: string, mend: string): KeyFolder {
  try {
    return readKeyFolder(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new StartupError(`The folder of signing keys ${folder} is not there. ${mend}`);
    const reason = (error as Error).message;
    throw new StartupError(`The folder of signing keys ${folder} cannot be read (${reason}): mend its rights.`);
  }
}

/** Says once what is wrong, however often it is looked at. */
function createReport(log: Logger) {
  let told: ReadonlyMap<string, Error> = new Map();
  let isFailing = false;
  return {
    faults(faults: ReadonlyMap<string, Error>): void {
      for (const [name, err] of faults) {
        if (told.get(name)?.message !== err.message) log.error({ err, file: name }, 'a signing key cannot be used');
      }
      told = faults;
    },
    fails(err: unknown): void {
      if (!isFailing)
        log.error({ err }, 'the folder of signing keys cannot be used: those that were read last stay in use');
      isFailing = true;
    },
    works(): void {
      isFailing = false;
    },
  };
}
