import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { canonicalAddress } from '../http/client-info.ts';
import { contentDigestHeader } from '../http/content-digest.ts';
import type { GatewayKeys } from './gateway-keys.ts';
import { formatParameters, headerNames, parseParameters, type SignedParts, signParts } from './message-signature.ts';
import { createSeenNonces } from './seen-nonces.ts';

/** How far the clocks of the gateway and a subgraph may differ. */
export const maxSkewSeconds = 30;

/** Measured: about 100 bytes each. This is 1,600 requests a second for a minute. */
const maxNonces = 200_000;

/** A request whose headers are the gateway's. Its body is, too, if it has this digest. */
export interface VerifiedRequest {
  contentDigest: string;
  /** Canonical; undefined if the gateway sent none. */
  clientAddress: string | undefined;
  /** The client's document is a trusted one. */
  isTrusted: boolean;
}

/** A request that the gateway did not sign, or not as it arrived. */
export interface SignatureFailure {
  failure: 'missing' | 'invalid' | 'out of date' | 'repeated';
  /** Seconds by which the signature is older than the clock here; with `out of date` only. */
  skewSeconds?: number;
}

/** Verifies everything but the body, so that no body is read for others than the gateway. */
export type VerifyRequest = (req: IncomingMessage) => VerifiedRequest | SignatureFailure;

/** Creates a function that verifies signatures by any of the keys. It accepts each signature once. */
export function createRequestVerifier(keys: GatewayKeys): VerifyRequest {
  const keysById = new Map(keys.map(({ id, key }) => [id, key]));
  // A signature from a clock that is ahead is accepted for twice the skew.
  const isNew = createSeenNonces({ keepMs: (2 * maxSkewSeconds + 1) * 1_000, maxCount: maxNonces });

  return (req) => {
    const { [headerNames.signatureInput]: input, [headerNames.signature]: signature } = req.headers;
    if (input === undefined || signature === undefined) return { failure: 'missing' };
    const parts = readParts(req);
    const parameters = parseParameters(`${input}`);
    const key = parameters && keysById.get(parameters.keyId);
    if (!parts || !parameters || !key) return { failure: 'invalid' };

    const formatted = formatParameters(parts, parameters);
    if (input !== `gateway=${formatted}`) return { failure: 'invalid' };
    if (!isEqual(`${signature}`, `gateway=:${signParts(parts, formatted, key)}:`)) return { failure: 'invalid' };

    const skewSeconds = Math.floor(Date.now() / 1_000) - parameters.created;
    if (Math.abs(skewSeconds) > maxSkewSeconds) return { failure: 'out of date', skewSeconds };
    if (!isNew(parameters.nonce)) return { failure: 'repeated' };
    const { contentDigest, clientAddress, trustedDocument } = parts;
    return { contentDigest, clientAddress, isTrusted: trustedDocument === '1' };
  };
}

function readParts({ method = '', url: path = '', headers }: IncomingMessage): SignedParts | undefined {
  const { authorization } = headers;
  const contentDigest = fieldOf(headers, contentDigestHeader);
  const clientAddress = fieldOf(headers, headerNames.clientAddress);
  const trustedDocument = fieldOf(headers, headerNames.trustedDocument);
  if (contentDigest === undefined || canonicalAddress(clientAddress) !== clientAddress) return undefined;
  return { method, path, contentDigest, authorization, clientAddress, trustedDocument };
}

/** Node joins the values of a header that comes several times. */
const fieldOf = (headers: IncomingHttpHeaders, name: string) => headers[name] as string | undefined;

function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
