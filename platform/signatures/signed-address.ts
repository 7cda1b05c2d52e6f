import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { GatewayKeys } from './gateway-keys.ts';
import { headerNames } from './message-signature.ts';
import { maxSkewSeconds } from './request-verifier.ts';

/**
 * Reads the client's address from gateways that sign nothing else: `X-Client-Address` is then
 * `<address> <Unix seconds> <HMAC-SHA-256, base64url>`. Accepted so that subgraphs can be upgraded before the gateway.
 */
export function createSignedAddressReader(keys: GatewayKeys): (req: IncomingMessage) => string | undefined {
  return ({ headers }) => {
    const header = `${headers[headerNames.clientAddress]}`;
    const [, address, seconds, signature] = /^([\da-f.:]{2,45}) (\d{1,12}) ([\w-]{43})$/.exec(header) ?? [];
    if (address === undefined || seconds === undefined || signature === undefined) return undefined;
    const isSigned = keys.some(({ key }) => isSignature(signature, { address, seconds, key }));
    const skewSeconds = Math.floor(Date.now() / 1_000) - Number(seconds);
    return isSigned && Math.abs(skewSeconds) <= maxSkewSeconds ? address : undefined;
  };
}

function isSignature(
  signature: string,
  { address, seconds, key }: { address: string; seconds: string; key: KeyObject },
) {
  const text = `${headerNames.clientAddress}\n${address} ${seconds}`;
  const expected = createHmac('sha256', key).update(text).digest('base64url');
  return timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}
