import { createPrivateKey, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { SecretFiles } from '../../embedded/data-folder.ts';
import { pngChunk } from '../../subgraphs/resources/images/png/chunks.ts';
import { bytesSecret, type Secret, textSecret } from './secret-search.ts';

/** The secrets of a run, and the searches for them. */
export interface RunSecrets {
  /** Ada's first and second, bob's, and one for failed log-ins. */
  passwords: { ada: string; next: string; bob: string; wrong: string };
  /** A password that a client sends as a number. */
  digits: number;
  images: { first: Buffer; second: Buffer; tooLarge: Buffer };
  secrets: Secret[];
  imageSecrets: Secret[];
}

/** Creates random secrets. */
export async function createSecrets(): Promise<RunSecrets> {
  const passwords = { ada: newPassword(), next: newPassword(), bob: newPassword(), wrong: newPassword() };
  const digits = randomInt(2 ** 46, 2 ** 47);
  const author = `Ada ${partOf()}`;
  const images = { first: await noise(20), second: byAuthor(await noise(21), author), tooLarge: await noise(400) };
  return {
    ...{ passwords, digits, images },
    secrets: [
      ...Object.entries(passwords).flatMap(([name, password]) => passwordSecrets(`password ${name}`, password)),
      textSecret('password of digits', String(digits)),
      textSecret('author of an image', author),
    ],
    imageSecrets: Object.entries(images).map(([name, image]) =>
      bytesSecret(`image ${name}`, image.subarray(headBytes, -tailBytes)),
    ),
  };
}

/** Contains characters that URLs, JSON and GraphQL escape, and a part that none of them escapes. */
const newPassword = () => `kanari\u00eb "\\/&+%\u{1f424} ${partOf()}`;
const partOf = () => `k${randomUUID().replaceAll('-', '')}`;

function passwordSecrets(name: string, password: string): Secret[] {
  return [textSecret(name, password), textSecret(name, password.slice(-partOf().length))];
}

/** The first and last bytes of a PNG are not random. */
const headBytes = 64;
const tailBytes = 20;
const endChunkBytes = 12;

/** A PNG of random pixels, which cannot be compressed. */
function noise(side: number): Promise<Buffer> {
  const raw = { width: side, height: side, channels: 3 } as const;
  return sharp(randomBytes(side * side * 3), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

/** The PNG with its author, which nobody may learn from what is stored of it. */
function byAuthor(png: Buffer, author: string): Buffer {
  const text = pngChunk('tEXt', Buffer.from(`Author\0${author}`));
  return Buffer.concat([png.subarray(0, -endChunkBytes), text, png.subarray(-endChunkBytes)]);
}

/** The secrets in the files of a data folder. */
export function secretsIn({ signingKeys, imageServiceToken, gatewayKey }: SecretFiles): Secret[] {
  return [
    ...sharedSecret("the image service's token", imageServiceToken),
    ...sharedSecret("the gateway's key", gatewayKey),
    ...readdirSync(signingKeys)
      .filter((name) => name.endsWith('.pem'))
      .flatMap((name) => privateKeySecrets(readFileSync(join(signingKeys, name), 'utf8'))),
  ];
}

function sharedSecret(name: string, file: string): Secret[] {
  const text = readFileSync(file, 'utf8').trim();
  return [textSecret(name, text), bytesSecret(name, Buffer.from(text, 'base64url'))];
}

/** The private members of the key (RFC 7518, section 6.3.2), and the lines of its PEM that hold only these. */
function privateKeySecrets(pem: string): Secret[] {
  const key = createPrivateKey(pem);
  const { n = '', d = '', p = '', q = '', dp = '', dq = '', qi = '' } = key.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url');
  const der = key.export({ format: 'der', type: 'pkcs8' });
  const publicUntil = der.indexOf(modulus) + modulus.length + 8;
  const lineBytes = 48;
  const lines = pem.trim().split('\n').slice(1, -1);
  return [
    ...Object.entries({ d, p, q, dp, dq, qi }).map(([name, member]) =>
      bytesSecret(`private key, ${name}`, Buffer.from(member, 'base64url')),
    ),
    ...lines.slice(Math.ceil(publicUntil / lineBytes), -1).map((line) => textSecret('private key, PEM', line)),
  ];
}
