import { randomBytes } from 'node:crypto';
import { contentDigestHeader, digestOf } from '../http/content-digest.ts';
import type { GatewayKeys } from './gateway-keys.ts';
import { formatParameters, headerNames, type SignedParts, signParts } from './message-signature.ts';

/** A request to a subgraph. */
export interface RequestToSign extends Omit<SignedParts, 'contentDigest'> {
  body: string | Buffer;
}

/** Makes the headers that a signed request has in addition to its `Authorization`. */
export type SignRequest = (request: RequestToSign) => Record<string, string>;

/** Creates a function that signs requests with the first key. */
export function createRequestSigner([{ id, key }]: GatewayKeys): SignRequest {
  // Unique without randomness for each request: the signature keeps it from being guessed to any use.
  const prefix = randomBytes(9).toString('base64url');
  let count = 0;

  return ({ method, path, body, authorization, clientAddress, trustedDocument }) => {
    const contentDigest = digestOf(body);
    const parts = { method, path, contentDigest, authorization, clientAddress, trustedDocument };
    const created = Math.floor(Date.now() / 1_000);
    count++;
    const formatted = formatParameters(parts, { created, keyId: id, nonce: `${prefix}.${count.toString(36)}` });
    const headers: Record<string, string> = {
      [contentDigestHeader]: contentDigest,
      [headerNames.signatureInput]: `gateway=${formatted}`,
      [headerNames.signature]: `gateway=:${signParts(parts, formatted, key)}:`,
    };
    if (clientAddress !== undefined) headers[headerNames.clientAddress] = clientAddress;
    if (trustedDocument !== undefined) headers[headerNames.trustedDocument] = trustedDocument;
    return headers;
  };
}
