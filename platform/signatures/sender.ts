import type { IncomingMessage } from 'node:http';
import { type ClientInfo, remoteClient } from '../http/client-info.ts';
import { digestOf } from '../http/content-digest.ts';
import type { HttpError } from '../http/responses.ts';
import { createLimitedLog } from '../process/limited-log.ts';
import type { Logger } from '../process/logger.ts';
import type { GatewayKeys } from './gateway-keys.ts';
import { createRequestVerifier, maxSkewSeconds, type SignatureFailure } from './request-verifier.ts';
import { createSignedAddressReader } from './signed-address.ts';

/** The sender of a request. */
export interface Sender {
  isGateway: boolean;
  /** The gateway calls for a trusted document. */
  isTrusted?: boolean;
  /** The client on whose behalf the gateway calls, or the sender itself. */
  client: () => ClientInfo;
  /** Returns the error of a body that the gateway did not sign, and logs it. Absent for other senders. */
  checkBody?: (body: Buffer) => HttpError | undefined;
}

/** Identifies the sender of a request by its headers, or rejects it. */
export type IdentifySender = (req: IncomingMessage) => Sender | { error: HttpError };

export interface SenderSettings {
  keys: GatewayKeys;
  /** Rejects every request that the gateway did not sign. */
  isSignatureRequired: boolean;
  log: Logger;
}

/** Creates a function that tells the gateway, by its signature, from other callers. */
export function createIdentifySender({ keys, isSignatureRequired, log }: SenderSettings): IdentifySender {
  const verify = createRequestVerifier(keys);
  const readSignedAddress = createSignedAddressReader(keys);
  const limited = createLimitedLog(log);

  const checkBodyOf =
    (contentDigest: string, address: string | undefined) =>
    (body: Buffer): HttpError | undefined => {
      if (digestOf(body) === contentDigest) return undefined;
      limited.warn(otherBody.failure, { ...otherBody, address, isRejected: true }, invalidSignature);
      return explain(otherBody);
    };

  return (req) => {
    const verified = verify(req);
    if (!('failure' in verified)) {
      const { contentDigest, clientAddress, isTrusted } = verified;
      const checkBody = checkBodyOf(contentDigest, req.socket.remoteAddress);
      return { isGateway: true, isTrusted, client: clientOf(req, clientAddress), checkBody };
    }
    // Callers that sign nothing are no mistake where none has to.
    if (isSignatureRequired || verified.failure !== 'missing') {
      const line = { ...verified, address: req.socket.remoteAddress, isRejected: isSignatureRequired };
      limited.warn(verified.failure, line, invalidSignature);
    }
    if (isSignatureRequired) return { error: explain(verified) };
    return { isGateway: false, client: clientOf(req, readSignedAddress(req)) };
  };
}

const invalidSignature = 'request without a valid signature of the gateway';

/** The client at the address that the gateway names, or else the sender itself. */
function clientOf(req: IncomingMessage, address: string | undefined): () => ClientInfo {
  return () => (address === undefined ? remoteClient(req) : { ...remoteClient(req), address });
}

/** Headers that are signed, and a body that is not the one whose digest they have. */
const otherBody = { failure: 'other body' } as const;

type Failure = SignatureFailure | typeof otherBody;

const messages: Record<Failure['failure'], string> = {
  missing: 'This subgraph answers its gateway only, which signs its requests: send the operation to the gateway.',
  invalid:
    'The signature does not match the request, or is by a key that this subgraph does not have: give the gateway and the subgraph the same GATEWAY_KEY_FILE.',
  'out of date': `The request was signed over ${maxSkewSeconds} seconds before or after now: synchronise the clocks of the gateway and the subgraph.`,
  'other body': 'The body does not have the signed digest: send it as it was signed.',
  repeated: 'A request with this signature was received before: sign each request anew.',
};

const explain = ({ failure }: Failure): HttpError => ({
  status: 403,
  code: 'FORBIDDEN',
  message: messages[failure],
});
