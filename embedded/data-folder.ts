import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readVerificationKey } from '../runtime/access-token.ts';
import { readSecret } from '../runtime/secret-file.ts';
import { errorCode, StartFault } from '../runtime/start-fault.ts';
import { readSigningKey } from '../subgraphs/auth/tokens.ts';

/** The secrets that the processes share among them. */
export interface SecretFiles {
  /** RSA private key, PEM: auth's alone. */
  signingKey: string;
  /** Its public key, PEM. */
  verificationKey: string;
  /** What resources shows the image service. */
  imageServiceToken: string;
}

const keyBits = 2048;

/** Makes the folder where there is none, for its owner alone; a StartFault where it cannot be written. */
export function openFolder(folder: string): string {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return path;
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartFault(`The folder ${path} cannot be written (${reason}): mend its rights, or choose another.`);
  }
}

/** Makes the secrets that are not there yet, each file readable by `mode` alone; what is there stays as it is. */
export function ensureSecrets(folder: string, mode = 0o600): SecretFiles {
  const files = {
    signingKey: join(openFolder(folder), 'signing-key.pem'),
    verificationKey: join(folder, 'verification-key.pem'),
    imageServiceToken: join(folder, 'image-service-token'),
  };
  createOnce(files.signingKey, mode, newSigningKey);
  createOnce(files.verificationKey, mode, () => readSecret(files.signingKey, publicKeyOf));
  createOnce(files.imageServiceToken, mode, () => randomBytes(32).toString('base64url'));
  refuseStrangeKey(files);
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

function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: keyBits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function publicKeyOf(signingKey: string): string {
  return readSigningKey(signingKey).verificationKey.export({ type: 'spki', format: 'pem' }).toString();
}

function refuseStrangeKey({ signingKey, verificationKey }: SecretFiles): void {
  const expected = readSecret(signingKey, publicKeyOf).trim();
  const given = readSecret(verificationKey, readVerificationKey).export({ type: 'spki', format: 'pem' });
  if (given.toString().trim() === expected) return;
  throw new StartFault(`${verificationKey} is not the public key of ${signingKey}: remove it, and it is made again.`);
}

function unusable(file: string, error: unknown): StartFault {
  return new StartFault(`${file} cannot be used (${(error as Error).message}): mend its rights.`, { cause: error });
}
