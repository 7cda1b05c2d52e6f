import type { IncomingMessage } from 'node:http';
import { DatabaseUnavailableError } from '../../../platform/database/database-unavailable-error.ts';
import { readRawBody } from '../../../platform/http/bodies/raw-body.ts';
import type { PathHandler } from '../../../platform/http/exchange.ts';
import { sendError, sendJson } from '../../../platform/http/responses.ts';
import type { IdentifySender, Sender } from '../../../platform/signatures/sender.ts';
import { type ExchangedToken, type ExchangeToken, tokenExchange } from '../../../platform/tokens/token-exchange.ts';

/** Many times the size of a request. */
const maxBytes = 4 * 1024;

/**
 * Exchanges personal access tokens for access tokens (RFC 8693, section 2), for the gateway. Every error is
 * `invalid_request`, also for a token that is unknown, expired or revoked (section 2.2.2). Rejects senders as `/graphql`
 * does; 503 while the database is unavailable. Neither token is ever logged.
 */
export function createTokenEndpoint(exchange: ExchangeToken, identifySender?: IdentifySender): PathHandler {
  const respond = async (req: IncomingMessage, checkBody: Sender['checkBody']): Promise<TokenResponse> => {
    if (req.method !== 'POST') return invalid(405, 'Use POST.');
    if (!isForm(req.headers['content-type'])) return invalid(400, `Send ${tokenExchange.contentType}.`);
    const body = await readRawBody(req, maxBytes);
    if ('status' in body) return invalid(body.status, `Send at most ${maxBytes} bytes, not compressed.`);
    if (checkBody?.(body.bytes)) return invalid(400, 'The body is another than the one that was signed.');
    const form = new URLSearchParams(body.bytes.toString());
    if (form.get('grant_type') !== tokenExchange.grantType)
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    const issued = await exchange(form.get('subject_token') ?? '');
    return issued ? { status: 200, body: toBody(issued) } : invalid(400, 'The subject token is not valid.');
  };

  return async (req, res, { headers }) => {
    // The body of a rejected request may not have been read.
    res.shouldKeepAlive = false;
    const sender = identifySender?.(req);
    if (sender && 'error' in sender) return sendError(res, sender.error, headers);
    try {
      const { status, body } = await respond(req, sender?.checkBody);
      res.shouldKeepAlive = status === 200;
      sendJson(res, status, body, { ...headers, ...(status === 405 && { allow: 'POST' }) });
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      sendJson(res, 503, { error: 'temporarily_unavailable' }, headers);
    }
  };
}

interface TokenResponse {
  status: number;
  body: object;
}

/** RFC 6749, section 5.2. */
const invalid = (status: number, description: string): TokenResponse => ({
  status,
  body: { error: 'invalid_request', error_description: description },
});

/** RFC 8693, section 2.2.1. */
const toBody = ({ accessToken, expiresIn }: ExchangedToken) => ({
  access_token: accessToken,
  issued_token_type: tokenExchange.tokenType,
  token_type: 'Bearer',
  expires_in: expiresIn,
});

/** Compares the media type without its parameters. */
const isForm = (type = '') => type.split(';')[0]?.trim().toLowerCase() === tokenExchange.contentType;
