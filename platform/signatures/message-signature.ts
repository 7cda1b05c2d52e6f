import { createHmac, type KeyObject } from 'node:crypto';

/**
 * HTTP message signatures (RFC 9421) by `hmac-sha256`, in the one form that the gateway sends and subgraphs accept:
 *
 *     Content-Digest: sha-256=:<base64>:
 *     Signature-Input: gateway=("@method" "@path" "content-digest" "authorization" "x-client-address" "x-trusted-document");created=<Unix seconds>;keyid="<id>";nonce="<text>"
 *     Signature: gateway=:<base64>:
 *
 * The last three components are covered exactly if the request has them.
 */
export const headerNames = {
  signatureInput: 'signature-input',
  signature: 'signature',
  clientAddress: 'x-client-address',
  trustedDocument: 'x-trusted-document',
} as const;

/** The parts of a request that a signature covers. */
export interface SignedParts {
  method: string;
  /** The target of the request; with its query, if it has one. */
  path: string;
  contentDigest: string;
  authorization?: string | undefined;
  clientAddress?: string | undefined;
  /** `1` if the document is one that clients are trusted with. */
  trustedDocument?: string | undefined;
}

export interface SignatureParameters {
  /** Unix seconds. */
  created: number;
  keyId: string;
  /** Unique among all requests, so that a repeated one is recognised. */
  nonce: string;
}

/** Components that are covered if the request has them, and their parts. */
const optionalComponents = [
  ['authorization', 'authorization'],
  [headerNames.clientAddress, 'clientAddress'],
  [headerNames.trustedDocument, 'trustedDocument'],
] as const;

/** Makes the parameters of a signature: the value of `Signature-Input` without its label. */
export function formatParameters(parts: SignedParts, { created, keyId, nonce }: SignatureParameters): string {
  let names = '"@method" "@path" "content-digest"';
  for (const [name, part] of optionalComponents) if (parts[part] !== undefined) names += ` "${name}"`;
  return `(${names});created=${created};keyid="${keyId}";nonce="${nonce}"`;
}

const parameters = /;created=(\d{1,12});keyid="([\w-]{1,64})";nonce="([\w.-]{1,64})"$/;

/** Reads the parameters in `Signature-Input`; the components before them are not checked. */
export function parseParameters(signatureInput: string): SignatureParameters | undefined {
  const [, created, keyId, nonce] = parameters.exec(signatureInput) ?? [];
  if (created === undefined || keyId === undefined || nonce === undefined) return undefined;
  return { created: Number(created), keyId, nonce };
}

/** Signs the signature base (RFC 9421, section 2.5), in base64. */
export function signParts(parts: SignedParts, formatted: string, key: KeyObject): string {
  const { method, path, contentDigest } = parts;
  let base = `"@method": ${method}\n"@path": ${path}\n"content-digest": ${contentDigest}\n`;
  for (const [name, part] of optionalComponents) {
    const value = parts[part];
    if (value !== undefined) base += `"${name}": ${value}\n`;
  }
  base += `"@signature-params": ${formatted}`;
  return createHmac('sha256', key).update(base).digest('base64');
}
