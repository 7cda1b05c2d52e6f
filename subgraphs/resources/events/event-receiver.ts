import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { ApiError } from '../../../platform/api-error.ts';
import { DatabaseUnavailableError } from '../../../platform/database/database-unavailable-error.ts';
import { readRawBody } from '../../../platform/http/bodies/raw-body.ts';
import type { PathHandler } from '../../../platform/http/exchange.ts';
import { sendJson } from '../../../platform/http/responses.ts';
import { createLimitedLog, kindOfError } from '../../../platform/process/limited-log.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import { isOtherEvent, readEventClaims, securityEventType } from '../../../platform/tokens/security-event.ts';
import { TokenError, type VerifyToken } from '../../../platform/tokens/signed-token.ts';
import type { RevocationStore } from '../storage/revocation-store.ts';

export interface EventReceiverParts {
  /** Verifies Security Event Tokens for this recipient. */
  verify: VerifyToken;
  /** Expected issuer of the tokens, and of the accounts in their subjects. */
  issuer: string;
  revocations: Pick<RevocationStore, 'accept'>;
  /** Called once for each purged account. */
  onPurged: () => void;
  log: Logger;
}

/** Many times the size of an event. */
const maxBytes = 16 * 1024;

/**
 * How long events and revoked sessions are stored: the longest lifetime of an access token (ACCESS_TOKEN_SECONDS is at most
 * a day), plus an hour of clock skew. A delivery that is repeated later has no effect: a purge's tombstone is permanent,
 * and a revoked session has no valid token left.
 */
const retentionMs = 25 * 60 * 60 * 1_000;

/**
 * Receives Security Event Tokens (RFC 8417) by push (RFC 8935, section 2). Responds 202 after the event is committed, also
 * if it was before; 400 with `err` if the token is invalid; 503 if the database is temporarily unavailable. Events of any
 * age are accepted, because a recipient may be down for days. Events of unknown types are acknowledged and ignored.
 */
export function createEventReceiver({ verify, issuer, revocations, onPurged, log }: EventReceiverParts): PathHandler {
  const limited = createLimitedLog(log);

  const accept = async (token: string, requestId: string): Promise<void> => {
    const { claims } = await verify(token);
    const required = requiredClaims.safeParse(claims).data;
    const event = readEventClaims(claims, issuer);
    if (!required || (!event && !isOtherEvent(claims))) throw new EventError(400, tokenErrors.MALFORMED);
    const { jti } = required;
    if (!event) return log.info({ requestId, jti }, 'security event of another type ignored');
    if (!(await revocations.accept({ jti, event, retentionMs }))) return;
    log.info({ requestId, jti, type: event.type, userId: event.userId }, 'security event accepted');
    if (event.type === 'account-purged') onPurged();
  };

  const receive = async (req: IncomingMessage, requestId: string) => {
    if (req.method !== 'POST') throw new EventError(405, invalidRequest('Use POST.'));
    if (!isEventType(req.headers['content-type'])) throw new EventError(415, invalidRequest(`Send ${contentType}.`));
    const body = await readRawBody(req, maxBytes);
    if ('status' in body) {
      throw new EventError(body.status, invalidRequest(`Send at most ${maxBytes} bytes, not compressed.`));
    }
    await accept(body.bytes.toString('latin1').trim(), requestId);
  };

  return async (req, res, { requestId, headers }) => {
    try {
      await receive(req, requestId);
      res.writeHead(202, headers).end();
    } catch (error) {
      if (isUnavailable(error)) {
        limited.warn(kindOfError(error), { requestId, err: error }, 'security event not stored; the sender will retry');
        return void res.writeHead(503, headers).end();
      }
      const { status, body } = errorResponse(error);
      // The token is not logged, because it is not trusted.
      limited.info(kindOfError(error), { requestId, status, code: body.err }, 'security event rejected');
      // The connection is closed because the sender may not have finished sending.
      const more = { connection: 'close', 'content-language': 'en', ...(status === 405 && { allow: 'POST' }) };
      sendJson(res, status, body, { ...headers, ...more });
    }
  };
}

const contentType = `application/${securityEventType}`;

/** Compares the media type without its parameters; this type defines none. */
const isEventType = (type = '') => type.split(';')[0]?.trim().toLowerCase() === contentType;

const requiredClaims = z.object({ jti: z.string().min(1).max(200), iat: z.number() });

/** Error response of RFC 8935, section 2.3, with the codes of section 2.4. */
interface EventErrorBody {
  err: 'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience';
  description: string;
}

const invalidRequest = (description: string): EventErrorBody => ({ err: 'invalid_request', description });

const tokenErrors: Record<TokenError['reason'], EventErrorBody> = {
  MALFORMED: invalidRequest('This is not a valid Security Event Token with one event.'),
  EXPIRED: invalidRequest('The token has expired.'),
  NOT_YET_VALID: invalidRequest('The token is not valid yet.'),
  UNKNOWN_KEY: { err: 'invalid_key', description: 'The key that signed the token is unknown.' },
  ISSUER: { err: 'invalid_issuer', description: 'The token has another issuer.' },
  AUDIENCE: { err: 'invalid_audience', description: 'The token is for another audience.' },
};

class EventError extends Error {
  readonly status: number;
  readonly body: EventErrorBody;

  constructor(status: number, body: EventErrorBody) {
    super(body.description);
    this.status = status;
    this.body = body;
  }
}

/** Tells if the keys or the database are not available, so that auth should send the event again. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof ApiError) return error.extensions.code === 'SERVICE_UNAVAILABLE';
  return error instanceof DatabaseUnavailableError;
}

function errorResponse(error: unknown): Pick<EventError, 'status' | 'body'> {
  if (error instanceof EventError) return error;
  if (error instanceof TokenError) return { status: 400, body: tokenErrors[error.reason] };
  throw error;
}
