import { createPrivateKey, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { SecretFiles } from '../../embedded/data-folder.ts';
import { bytesCanary, type Canary, textCanary } from './forms.ts';

/** What a run keeps secret, and what it is looked for by. */
export interface Secrets {
  /** Ada's first one and her next, bob's, and what is guessed. */
  passwords: { ada: string; next: string; bob: string; wrong: string };
  /** A password that a client sends as a number. */
  digits: number;
  images: { first: Buffer; second: Buffer; tooLarge: Buffer };
  canaries: Canary[];
  imageCanaries: Canary[];
}

/** Secrets that nobody had before. */
export async function newSecrets(): Promise<Secrets> {
  const passwords = { ada: newPassword(), next: newPassword(), bob: newPassword(), wrong: newPassword() };
  const digits = randomInt(2 ** 46, 2 ** 47);
  const images = { first: await noise(20), second: await noise(21), tooLarge: await noise(400) };
  return {
    ...{ passwords, digits, images },
    canaries: [
      ...Object.entries(passwords).flatMap(([name, password]) => passwordCanaries(`password ${name}`, password)),
      textCanary('password of digits', String(digits)),
    ],
    imageCanaries: Object.entries(images).map(([name, image]) =>
      bytesCanary(`image ${name}`, image.subarray(headBytes, -tailBytes)),
    ),
  };
}

/** With all that is written otherwise in a URL, in JSON or in GraphQL, and a part that is the same in each. */
const newPassword = () => `kanari\u00eb "\\/&+%\u{1f424} ${partOf()}`;
const partOf = () => `k${randomUUID().replaceAll('-', '')}`;

function passwordCanaries(name: string, password: string): Canary[] {
  return [textCanary(name, password), textCanary(name, password.slice(-partOf().length))];
}

/** What every PNG begins and ends with is no secret. */
const headBytes = 64;
const tailBytes = 20;

/** A PNG of random pixels, which nothing makes smaller. */
function noise(side: number): Promise<Buffer> {
  const raw = { width: side, height: side, channels: 3 } as const;
  return sharp(randomBytes(side * side * 3), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

/** What a folder of secrets holds. */
export function canariesOf({ signingKeys, imageServiceToken, clientAddressKey }: SecretFiles): Canary[] {
  return [
    ...sharedSecret("the image service's token", imageServiceToken),
    ...sharedSecret("the key of clients' addresses", clientAddressKey),
    ...readdirSync(signingKeys)
      .filter((name) => name.endsWith('.pem'))
      .flatMap((name) => privateKeyCanaries(readFileSync(join(signingKeys, name), 'utf8'))),
  ];
}

function sharedSecret(name: string, file: string): Canary[] {
  const text = readFileSync(file, 'utf8').trim();
  return [textCanary(name, text), bytesCanary(name, Buffer.from(text, 'base64url'))];
}

/** The private members (RFC 7518, section 6.3.2), and the lines of the PEM that are of nothing else. */
function privateKeyCanaries(pem: string): Canary[] {
  const key = createPrivateKey(pem);
  const { n = '', d = '', p = '', q = '', dp = '', dq = '', qi = '' } = key.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url');
  const der = key.export({ format: 'der', type: 'pkcs8' });
  const publicUntil = der.indexOf(modulus) + modulus.length + 8;
  const lineBytes = 48;
  const lines = pem.trim().split('\n').slice(1, -1);
  return [
    ...Object.entries({ d, p, q, dp, dq, qi }).map(([name, member]) =>
      bytesCanary(`private key, ${name}`, Buffer.from(member, 'base64url')),
    ),
    ...lines.slice(Math.ceil(publicUntil / lineBytes), -1).map((line) => textCanary('private key, PEM', line)),
  ];
}
