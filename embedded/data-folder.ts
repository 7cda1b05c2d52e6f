import { randomBytes, randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorCode, folderFix, StartupError } from '../platform/process/startup-error.ts';
import { ensureFirstKey, migrateLegacyKey } from '../subgraphs/auth/tokens/first-key.ts';

/** Paths of the secrets that processes share. */
export interface SecretFiles {
  /** Folder of the RSA private keys that sign tokens; only auth reads it. */
  signingKeys: string;
  /** The token with which resources calls the image service. */
  imageServiceToken: string;
  /** The key with which the gateway signs its requests and subgraphs verify them. */
  gatewayKey: string;
}

/** Creates a folder (mode 0700) if missing. Throws a StartupError if it cannot be written. */
export function openFolder(folder: string): string {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return path;
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartupError(`The folder ${path} cannot be written (${reason}): ${folderFix(error)}.`);
  }
}

/** Creates the secrets that are missing, as files of this mode. Existing files stay unchanged. */
export function ensureSecrets(folder: string, mode = 0o600): SecretFiles {
  const path = openFolder(folder);
  const files = {
    signingKeys: join(path, 'signing-keys'),
    imageServiceToken: join(path, 'image-service-token'),
    // Named for what it signed at first: a new name would leave existing set-ups without their key.
    gatewayKey: join(path, 'client-address-key'),
  };
  migrateLegacyKey(files.signingKeys, { file: join(path, 'signing-key.pem'), mode });
  ensureFirstKey(files.signingKeys, mode);
  createOnce(files.imageServiceToken, mode, () => randomBytes(32).toString('base64url'));
  createOnce(files.gatewayKey, mode, () => randomBytes(32).toString('base64url'));
  return files;
}

/** Writes a draft and links it into place, so that the file is complete or absent and no existing one is replaced. */
function createOnce(file: string, mode: number, generate: () => string): void {
  const draft = `${file}.${randomUUID()}.draft`;
  try {
    accessSync(file);
    return;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw unusable(file, error);
  }
  const content = generate();
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
  return new StartupError(`${file} cannot be used (${(error as Error).message}): correct its permissions.`, {
    cause: error,
  });
}
