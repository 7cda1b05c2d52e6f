import { randomBytes, randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorCode, StartupError } from '../platform/process/startup-error.ts';
import { ensureFirstKey, migrateLegacyKey } from '../subgraphs/auth/tokens/first-key.ts';

/** The secrets that the processes share among them. */
export interface SecretFiles {
  /** Folder of the RSA private keys that sign tokens: auth's alone. */
  signingKeys: string;
  /** What resources shows the image service. */
  imageServiceToken: string;
  /** What the gateway signs clients' addresses with, and auth verifies them: theirs alone. */
  clientAddressKey: string;
}

/** Makes the folder where there is none, for its owner alone; a StartupError where it cannot be written. */
export function openFolder(folder: string): string {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return path;
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartupError(`The folder ${path} cannot be written (${reason}): mend its rights, or choose another.`);
  }
}

/** Makes the secrets that are not there yet, each file readable by `mode` alone; what is there stays as it is. */
export function ensureSecrets(folder: string, mode = 0o600): SecretFiles {
  const files = {
    signingKeys: join(openFolder(folder), 'signing-keys'),
    imageServiceToken: join(folder, 'image-service-token'),
    clientAddressKey: join(folder, 'client-address-key'),
  };
  migrateLegacyKey(files.signingKeys, { file: join(folder, 'signing-key.pem'), mode });
  ensureFirstKey(files.signingKeys, mode);
  createOnce(files.imageServiceToken, mode, () => randomBytes(32).toString('base64url'));
  createOnce(files.clientAddressKey, mode, () => randomBytes(32).toString('base64url'));
  return files;
}

/** Written beside and linked into place: whole or not there, and never over a file that is. */
function createOnce(file: string, mode: number, make: () => string): void {
  const draft = `${file}.${randomUUID()}.draft`;
  try {
    accessSync(file);
    return;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw unusable(file, error);
  }
  const content = make();
  try {
    writeFileSync(draft, `${content.trim()}\n`, { mode: 0o600, flush: true });
    chmodSync(draft, mode);
    linkSync(draft, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw unusable(file, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

function unusable(file: string, error: unknown): StartupError {
  return new StartupError(`${file} cannot be used (${(error as Error).message}): mend its rights.`, { cause: error });
}
