import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { StartupError } from '../process/startup-error.ts';

/** A key that the gateway shares with its subgraphs. */
export interface GatewayKey {
  /** The `keyid` of signatures (RFC 9421, section 2.3). It says nothing about the key's bytes. */
  id: string;
  key: KeyObject;
}

/** The first key signs; a signature by any of them is accepted, so that keys can be rotated. */
export type GatewayKeys = readonly [GatewayKey, ...GatewayKey[]];

/** The output size of SHA-256, which RFC 2104, section 3, recommends as the minimum. */
const minKeyBytes = 32;

/** Reads one key a line, each of at least 32 random bytes in base64 or base64url. */
export function readGatewayKeys(text: string): GatewayKeys {
  const [first = '', ...others] = text.trim().split(/\s*\n\s*/);
  return [readKey(first), ...others.map(readKey)];
}

function readKey(text: string): GatewayKey {
  const bytes = Buffer.from(/^[\w+/-]+={0,2}$/.test(text) ? text : '', 'base64');
  if (bytes.length < minKeyBytes) throw new StartupError(unusable);
  const key = createSecretKey(bytes);
  return { id: createHmac('sha256', key).update('keyid').digest('base64url').slice(0, 12), key };
}

const unusable = `Each line must be ${minKeyBytes} random bytes or more, in base64, and the file the same for the gateway and the subgraphs: \`npm run secrets\` makes one.`;
