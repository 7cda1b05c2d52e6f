import { Agent, request } from 'undici';
import { z } from 'zod';
import { parseJson } from '../../platform/json.ts';
import type { SignRequest } from '../../platform/signatures/request-signer.ts';
import { type ExchangeToken, exchangeForm, tokenExchange } from '../../platform/tokens/token-exchange.ts';

/** Exchanges tokens at auth, in this process or over HTTP. */
export interface TokenExchangeClient {
  exchange: ExchangeToken;
  /** Cuts off calls in flight. */
  close(): Promise<void>;
}

export interface TokenExchangeSettings {
  /** Any URL of auth: the endpoint is at its origin. */
  authUrl: string;
  signRequest: SignRequest;
  timeoutMs: number;
}

const maxConnections = 16;
const maxResponseBytes = 64 * 1024;

/** Creates a client of auth's token endpoint. A response that is neither of the two expected ones makes it reject. */
export function createTokenExchangeClient(settings: TokenExchangeSettings): TokenExchangeClient {
  const { path } = tokenExchange;
  const url = new URL(path, settings.authUrl);
  const dispatcher = new Agent({ connections: maxConnections, maxResponseSize: maxResponseBytes });

  const send = async (token: string) => {
    const body = exchangeForm(token);
    const unsigned = { method: 'POST', path, body, authorization: undefined, clientAddress: undefined } as const;
    const { statusCode, body: response } = await request(url, {
      method: 'POST',
      headers: { 'content-type': tokenExchange.contentType, ...settings.signRequest(unsigned) },
      body,
      dispatcher,
      signal: AbortSignal.timeout(settings.timeoutMs),
    });
    return { statusCode, body: parseJson(await response.text()) };
  };

  return {
    async exchange(token) {
      const { statusCode, body } = await send(token);
      if (statusCode === 400 && errorShape.safeParse(body).success) return undefined;
      const issued = issuedShape.safeParse(body).data;
      // The body is not logged, as it may contain a token.
      if (statusCode !== 200 || !issued) throw new Error(`The token endpoint responded with status ${statusCode}.`);
      return { accessToken: issued.access_token, expiresIn: issued.expires_in };
    },
    close: () => dispatcher.destroy(),
  };
}

/** RFC 8693, section 2.2.1. */
const issuedShape = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** RFC 8693, section 2.2.2: the error for a token that is not valid. */
const errorShape = z.object({ error: z.literal('invalid_request') });
