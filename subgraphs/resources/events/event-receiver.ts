import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { ApiError } from '../../../platform/api-error.ts';
import type { AnswerPath } from '../../../platform/graphql/http-handler.ts';
import { sendJson } from '../../../platform/http/json-body.ts';
import { readRawBody } from '../../../platform/http/raw-body.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import { isOtherEvent, readEventClaims, securityEventType } from '../../../platform/tokens/security-event.ts';
import { TokenError, type VerifyToken } from '../../../platform/tokens/signed-token.ts';
import type { RevocationStore } from '../storage/revocation-store.ts';

export interface EventReceiverParts {
  /** Verifies Security Event Tokens that are for this recipient. */
  verify: VerifyToken;
  /** Who issues them, and the accounts that they are about. */
  issuer: string;
  revocations: Pick<RevocationStore, 'accept'>;
  /** Called when an account is purged, once for each. */
  onPurged: () => void;
  log: Logger;
}

/** Many times what an event takes. */
const maxBytes = 16 * 1024;

/**
 * How long an event, and the session that it ended, are remembered: as long as an access token can hold that was issued
 * until then (ACCESS_TOKEN_SECONDS is a day at most), and an hour for clocks that lie apart. An event that comes once more
 * after that says what is long so: a tombstone stays, and of a session no token is left.
 */
const rememberedMs = 25 * 60 * 60 * 1_000;

/**
 * Takes in Security Event Tokens (RFC 8417) as RFC 8935, section 2, has them pushed: 202 when what they say is committed,
 * also where it was before; 400 with `err` where something is wrong with the token; 503 where it cannot be taken just now.
 * They are taken at any age, as none is ever undone, and a recipient may have been away for days. An event of another type
 * is acknowledged, and nothing follows: its sender knows more than this recipient needs to.
 */
export function createEventReceiver({ verify, issuer, revocations, onPurged, log }: EventReceiverParts): AnswerPath {
  const accept = async (token: string, requestId: string): Promise<void> => {
    const { claims } = await verify(token);
    const told = shape.safeParse(claims).data;
    const event = readEventClaims(claims, issuer);
    if (!told || (!event && !isOtherEvent(claims))) throw new EventFault(400, faults.MALFORMED);
    const { jti } = told;
    if (!event) return log.info({ requestId, jti }, 'security event of no meaning here');
    const receivedAt = new Date();
    const forgetAt = new Date(receivedAt.getTime() + rememberedMs);
    if (!(await revocations.accept({ jti, event, receivedAt, forgetAt }))) return;
    log.info({ requestId, jti, type: event.type, userId: event.userId }, 'security event accepted');
    if (event.type === 'account-purged') onPurged();
  };

  const receive = async (req: IncomingMessage, requestId: string) => {
    if (req.method !== 'POST') throw new EventFault(405, unfit('Use POST.'));
    if (!isEventType(req.headers['content-type'])) throw new EventFault(415, unfit(`Send ${contentType}.`));
    const read = await readRawBody(req, maxBytes);
    if ('status' in read) throw new EventFault(read.status, unfit(`Send at most ${maxBytes} bytes, not compressed.`));
    await accept(read.bytes.toString('latin1').trim(), requestId);
  };

  return async (req, res, { requestId, headers }) => {
    try {
      await receive(req, requestId);
      res.writeHead(202, headers).end();
    } catch (error) {
      if (error instanceof ApiError && error.extensions.code === 'SERVICE_UNAVAILABLE') {
        log.warn({ requestId, err: error }, 'security event not taken yet');
        return void res.writeHead(503, headers).end();
      }
      const { status, fault } = faultOf(error);
      // Of what cannot be trusted nothing is logged but what is wrong with it.
      log.warn({ requestId, status, fault: fault.err }, 'security event refused');
      // Whoever is refused may be sending still.
      const more = { connection: 'close', 'content-language': 'en', ...(status === 405 && { allow: 'POST' }) };
      sendJson(res, status, fault, { ...headers, ...more });
    }
  };
}

const contentType = `application/${securityEventType}`;

/** A type without its parameters, of which this one has none. */
const isEventType = (type = '') => type.split(';')[0]?.trim().toLowerCase() === contentType;

const shape = z.object({ jti: z.string().min(1).max(200), iat: z.number() });

/** RFC 8935, section 2.3; the codes are those of section 2.4. */
interface Fault {
  err: 'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience';
  description: string;
}

const unfit = (description: string): Fault => ({ err: 'invalid_request', description });

/** What a token that does not hold is refused with. */
const faults: Record<TokenError['reason'], Fault> = {
  MALFORMED: unfit('This is no Security Event Token that is signed as it should be, or not one of its event.'),
  EXPIRED: unfit('The token has expired.'),
  NOT_YET_VALID: unfit('The token is not valid yet.'),
  UNKNOWN_KEY: { err: 'invalid_key', description: 'The key that the token is signed with is not known.' },
  ISSUER: { err: 'invalid_issuer', description: 'The token is of another issuer.' },
  AUDIENCE: { err: 'invalid_audience', description: 'The token is for another audience.' },
};

/** What is answered in place of an acknowledgement. */
class EventFault extends Error {
  readonly status: number;
  readonly fault: Fault;

  constructor(status: number, fault: Fault) {
    super(fault.description);
    this.status = status;
    this.fault = fault;
  }
}

function faultOf(error: unknown): Pick<EventFault, 'status' | 'fault'> {
  if (error instanceof EventFault) return error;
  if (error instanceof TokenError) return { status: 400, fault: faults[error.reason] };
  throw error;
}
