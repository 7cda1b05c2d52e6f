import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { StartupError } from '../process/startup-error.ts';
import { type ClientInfo, remoteClient } from './client-info.ts';

/** Carries a client's address from the gateway: `<address> <HMAC of it>`, as the network between is not trusted. */
export const clientAddressHeader = 'x-client-address';

/** Of the key, as many as of its hash (RFC 2104, section 3). */
const minKeyBytes = 32;
const maxRememberedAddresses = 1_000;

/** Reads the key that the gateway and auth share: at least 32 random bytes, in base64 or base64url. */
export function readClientAddressKey(text: string): KeyObject {
  const bytes = Buffer.from(/^[\w+/-]+={0,2}$/.test(text) ? text : '', 'base64');
  if (bytes.length >= minKeyBytes) return createSecretKey(bytes);
  throw new StartupError(
    `It must be ${minKeyBytes} random bytes or more, in base64, and the same for the gateway and auth: \`npm run secrets\` makes one.`,
  );
}

/** Gives the header's value for an address. A client that comes again has it from memory. */
export function createAddressSigner(key: KeyObject): (address: string) => string {
  const signed = new LRUCache<string, string>({ max: maxRememberedAddresses });
  return (address) => {
    const known = signed.get(address);
    if (known !== undefined) return known;
    const value = `${address} ${signatureOf(address, key)}`;
    signed.set(address, value);
    return value;
  };
}

/** Tells who asks: whom the gateway names, or the other end of the connection where it was not the gateway who asked. */
export function createClientReader(key: KeyObject): (req: IncomingMessage) => ClientInfo {
  return (req) => {
    const address = signedAddress(req.headers[clientAddressHeader], key);
    return address === undefined ? remoteClient(req) : { address, userAgent: req.headers['user-agent'] };
  };
}

function signedAddress(header: string | string[] | undefined, key: KeyObject): string | undefined {
  const [, address, signature] = /^([\da-f.:]{2,45}) ([\w-]{43})$/.exec(`${header}`) ?? [];
  if (address === undefined || signature === undefined) return undefined;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(address, key))) ? address : undefined;
}

/** The name before the address keeps it apart from whatever else the key might sign one day. */
function signatureOf(address: string, key: KeyObject): string {
  return createHmac('sha256', key).update(`${clientAddressHeader}\n${address}`).digest('base64url');
}
