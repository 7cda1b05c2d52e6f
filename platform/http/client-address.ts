import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Logger } from '../process/logger.ts';
import { StartupError } from '../process/startup-error.ts';
import { type ClientInfo, remoteClient } from './client-info.ts';

/**
 * Header in which the gateway tells auth the client's address: `<address> <Unix seconds> <HMAC-SHA-256, base64url>`.
 * It is signed because auth does not trust its network, and dated so that a captured header is soon worthless.
 */
export const clientAddressHeader = 'x-client-address';

/** The output size of SHA-256, which RFC 2104, section 3, recommends as the minimum. */
const minKeyBytes = 32;
const maxCachedAddresses = 1_000;
const resignAfterSeconds = 10;
const maxSkewSeconds = 30;
const logSkewEveryMs = 60_000;

/** Reads the key that the gateway and auth share: at least 32 random bytes, in base64 or base64url. */
export function readClientAddressKey(text: string): KeyObject {
  const bytes = Buffer.from(/^[\w+/-]+={0,2}$/.test(text) ? text : '', 'base64');
  if (bytes.length >= minKeyBytes) return createSecretKey(bytes);
  throw new StartupError(
    `It must be ${minKeyBytes} random bytes or more, in base64, and the same for the gateway and auth: \`npm run secrets\` makes one.`,
  );
}

/** Creates the header's value for an address. Signs an address at most once in ten seconds. */
export function createAddressSigner(key: KeyObject): (address: string) => string {
  const signed = new LRUCache<string, { value: string; at: number }>({ max: maxCachedAddresses });
  return (address) => {
    const now = unixSeconds();
    const cached = signed.get(address);
    // A clock that was set back makes the age negative.
    const age = cached ? now - cached.at : Number.POSITIVE_INFINITY;
    if (cached && age >= 0 && age < resignAfterSeconds) return cached.value;
    const value = `${address} ${now} ${sign(`${address} ${now}`, key)}`;
    signed.set(address, { value, at: now });
    return value;
  };
}

/** Identifies the client by the signed header, or by its connection if the header is absent, forged or out of date. */
export function createClientReader(key: KeyObject, log?: Logger): (req: IncomingMessage) => ClientInfo {
  const logSkew = log && createSkewLog(log);

  const signedAddress = (header: string | string[] | undefined): string | undefined => {
    const [, address, seconds, signature] = /^([\da-f.:]{2,45}) (\d{1,12}) ([\w-]{43})$/.exec(`${header}`) ?? [];
    if (address === undefined || seconds === undefined || signature === undefined) return undefined;
    const expected = sign(`${address} ${seconds}`, key);
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return undefined;
    const skewSeconds = unixSeconds() - Number(seconds);
    if (Math.abs(skewSeconds) <= maxSkewSeconds) return address;
    logSkew?.(skewSeconds);
    return undefined;
  };

  return (req) => {
    const address = signedAddress(req.headers[clientAddressHeader]);
    return address === undefined ? remoteClient(req) : { address, userAgent: req.headers['user-agent'] };
  };
}

/** Logs at most once a minute: with clocks apart, every request would log. */
function createSkewLog(log: Logger) {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (skewSeconds: number) => {
    const now = performance.now();
    if (now - loggedAt < logSkewEveryMs) return;
    loggedAt = now;
    log.warn(
      { skewSeconds, maxSkewSeconds },
      'signed client address is out of date and was ignored: synchronise the clocks of the gateway and auth',
    );
  };
}

const unixSeconds = () => Math.floor(Date.now() / 1_000);

/** Signs with the header's name, which keeps the signature apart from anything else the key may sign one day. */
function sign(text: string, key: KeyObject): string {
  return createHmac('sha256', key).update(`${clientAddressHeader}\n${text}`).digest('base64url');
}
