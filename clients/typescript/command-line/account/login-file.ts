import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TokenStore, Tokens } from '../../node.ts';
import { CommandError } from '../terminal/errors.ts';
import { closeToOthers, isSystemError, withFileLock, writePrivately } from './private-files.ts';

/** Variables of the environment that are used in place of a log-in. */
export interface LoginSettings {
  url: string | undefined;
  token: string | undefined;
}

/** The log-in of this user of the machine: tokens of a session, a personal access token, or none after its end. */
export interface Login {
  url: string;
  username: string;
  tokens?: Tokens | undefined;
  personalAccessToken?: string | undefined;
}

export interface LoginFile {
  path: string;
  read(): Promise<Login | undefined>;
  write(login: Login): Promise<void>;
  remove(): Promise<void>;
  /** Runs while no other process refreshes the tokens, logs in or logs out. */
  lock<Result>(run: () => Promise<Result>): Promise<Result>;
  /** The tokens, as long as the log-in is one at this URL. */
  tokensAt(url: string): TokenStore;
}

/** The file `login.json` of a folder. `warn` is called if other users could read it. */
export function createLoginFile(folder: string, warn: (line: string) => void): LoginFile {
  const path = join(folder, 'login.json');
  const lock: LoginFile['lock'] = (run) => withFileLock(`${path}.lock`, run);

  const read = async (): Promise<Login | undefined> => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    if (await closeToOthers(path)) {
      warn(`Other users could read ${path}: it is closed to them now. If they may have, log out and log in again.`);
    }
    return parseLogin(text, path);
  };
  const write = (login: Login) => writePrivately(path, `${JSON.stringify(login, undefined, 2)}\n`);

  return {
    path,
    read,
    write,
    remove: () => rm(path, { force: true }),
    lock,
    tokensAt: (url) => ({
      async get() {
        const login = await read();
        return login?.url === url ? login.tokens : undefined;
      },
      async set(tokens) {
        const login = await read();
        if (login?.url === url) await write({ ...login, tokens });
      },
      lock,
    }),
  };
}

function parseLogin(text: string, path: string): Login {
  try {
    const login = JSON.parse(text) as Partial<Login> | null;
    if (typeof login?.url === 'string' && typeof login.username === 'string') return login as Login;
  } catch {
    // As for JSON of another kind.
  }
  throw new CommandError(`${path} is not a log-in: delete it, and run image-supergraph login.`);
}
