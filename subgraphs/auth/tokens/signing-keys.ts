import type { KeyObject } from 'node:crypto';
import type { Logger } from '../../../platform/process/logger.ts';
import { errorCode, folderFix, StartupError } from '../../../platform/process/startup-error.ts';
import type { OpenKeySet } from '../../../platform/tokens/key-set.ts';
import { type KeyFile, type KeyFolder, readKeyFolder } from './key-folder.ts';
import { type KeyLifetime, lifetimesOf, signingKeyAt, type TokenTimes } from './key-lifetimes.ts';
import { type PublicJwk, toPublicJwk } from './key-pair.ts';

/** The key that auth signs with, and all keys whose tokens are accepted. */
export interface SigningKeys extends OpenKeySet {
  /** The key that signs now. */
  current(): { kid: string; privateKey: KeyObject };
  /** The JWK Set (RFC 7517, section 5) of all keys that are accepted now or will be. */
  published(): { keys: PublicJwk[] };
}

export interface SigningKeysSettings extends TokenTimes {
  folder: string;
  log: Logger;
  pollIntervalMs?: number;
}

const defaultPollIntervalMs = 5_000;

/**
 * Opens a folder of keys and reads it again every few seconds. It polls, because file watching misses changes made on
 * the other side of a container's mount. If the folder becomes unreadable or has no usable key, the last keys stay in
 * use. Throws a StartupError if there is no usable key at the start.
 */
export function openSigningKeys(settings: SigningKeysSettings): SigningKeys {
  const { folder, log, pollIntervalMs = defaultPollIntervalMs, ...times } = settings;
  let keys = requireKeys(folder);
  let lifetimes = lifetimesById(keys, times);
  let signingKid = '';
  const report = createReport(log);

  const use = (read: KeyFolder) => {
    report.fileErrors(read.errors);
    if (read.keys.length === 0) throw new Error('The folder holds no usable key.');
    keys = read.keys;
    lifetimes = lifetimesById(keys, times);
    const { kid } = current();
    if (kid !== signingKid) log.info({ kid }, 'signing key changed');
    signingKid = kid;
  };
  const current = () => {
    const key = signingKeyAt(keys, Date.now());
    if (!key) throw new Error('There must always be a signing key.');
    return key;
  };
  const isAccepted = ({ acceptedUntilMs }: KeyLifetime<KeyFile>) => Date.now() < acceptedUntilMs;
  const reload = () => {
    try {
      use(readKeyFolder(folder, keys));
      report.folderWorks();
    } catch (err) {
      report.folderError(err);
    }
  };
  reload();
  const timer = setInterval(reload, pollIntervalMs).unref();

  return {
    get: (kid) => {
      const lifetime = lifetimes.get(kid);
      return lifetime && isAccepted(lifetime) ? lifetime.key.publicKey : undefined;
    },
    // Polling finds a new key long before it signs.
    refresh: async () => {},
    requireKeys: () => {},
    current,
    published: () => ({ keys: [...lifetimes.values()].filter(isAccepted).map(({ key }) => toPublicJwk(key)) }),
    stop: () => clearInterval(timer),
  };
}

function lifetimesById(keys: readonly KeyFile[], times: TokenTimes): ReadonlyMap<string, KeyLifetime<KeyFile>> {
  return new Map(lifetimesOf(keys, times).map((lifetime) => [lifetime.key.kid, lifetime]));
}

function requireKeys(folder: string): KeyFile[] {
  const fix = `Create its first key: npm run keys -- rotate --create --folder ${folder}`;
  const { keys, errors } = readOrThrow(folder, fix);
  if (keys.length > 0) return keys;
  const [firstError] = errors.values();
  throw firstError ?? new StartupError(`The folder ${folder} holds no signing key. ${fix}`);
}

function readOrThrow(folder: string, fix: string): KeyFolder {
  try {
    return readKeyFolder(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw new StartupError(`The folder of signing keys ${folder} does not exist. ${fix}`);
    }
    const reason = (error as Error).message;
    throw new StartupError(`The folder of signing keys ${folder} cannot be read (${reason}): ${folderFix(error)}.`);
  }
}

/** Logs each problem once, not at every poll. */
function createReport(log: Logger) {
  let reported: ReadonlyMap<string, Error> = new Map();
  let isFolderFailing = false;
  return {
    fileErrors(errors: ReadonlyMap<string, Error>): void {
      for (const [name, err] of errors) {
        if (reported.get(name)?.message !== err.message) log.error({ err, file: name }, 'signing key cannot be used');
      }
      reported = errors;
    },
    folderError(err: unknown): void {
      if (!isFolderFailing)
        log.error({ err }, 'folder of signing keys cannot be used; the keys that were read last stay in use');
      isFolderFailing = true;
    },
    folderWorks(): void {
      isFolderFailing = false;
    },
  };
}
