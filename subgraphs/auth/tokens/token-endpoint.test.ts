import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DatabaseUnavailableError } from '../../../platform/database/database-unavailable-error.ts';
import { readGatewayKeys } from '../../../platform/signatures/gateway-keys.ts';
import { createRequestSigner } from '../../../platform/signatures/request-signer.ts';
import { createIdentifySender, type IdentifySender } from '../../../platform/signatures/sender.ts';
import { type ExchangeToken, exchangeForm } from '../../../platform/tokens/token-exchange.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { listen } from '../../../tests/support/http/servers.ts';
import { createTokenEndpoint } from './token-endpoint.ts';

const grant = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: 'isg_pat_known',
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
};

/** Starts an endpoint that knows one token. */
async function startEndpoint({ exchange = known, identifySender }: Settings = {}) {
  const handle = createTokenEndpoint(exchange, identifySender);
  const { url, stop } = await listen((req, res) => void handle(req, res, { requestId: 'r-1', headers: {} }));
  onTestFinished(stop);
  return async (body: string | Record<string, string> = grant, init: RequestInit = {}) => {
    const text = typeof body === 'string' ? body : new URLSearchParams(body).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...init.headers };
    const response = await fetch(`${url}/token`, { method: 'POST', body: text, ...init, headers });
    return { status: response.status, body: await response.json() };
  };
}

interface Settings {
  exchange?: ExchangeToken;
  identifySender?: IdentifySender;
}

const known: ExchangeToken = async (token) =>
  token === 'isg_pat_known' ? { accessToken: 'a.b.c', expiresIn: 60 } : undefined;

const invalid = (status = 400) => ({
  status,
  body: { error: 'invalid_request', error_description: expect.any(String) },
});

test('a token is exchanged for an access token (RFC 8693, section 2.2.1)', async () => {
  const send = await startEndpoint();
  expect(await send(exchangeForm(grant.subject_token))).toEqual({
    status: 200,
    body: {
      access_token: 'a.b.c',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 60,
    },
  });
});

describe('invalid_request is the error', () => {
  test.each<[string, Parameters<Awaited<ReturnType<typeof startEndpoint>>>, number]>([
    ['for an unknown token', [{ ...grant, subject_token: 'isg_pat_unknown' }], 400],
    ['without a token', [{ grant_type: grant.grant_type }], 400],
    ['for JSON', [JSON.stringify(grant), { headers: { 'content-type': 'application/json' } }], 400],
    ['for a body over 4 KiB', [{ ...grant, subject_token: 'x'.repeat(5_000) }], 413],
    ['for a compressed body', [grant, { headers: { 'content-encoding': 'gzip' } }], 415],
    ['for PUT', [grant, { method: 'PUT' }], 405],
  ])('%s', async (_, request, status) => {
    const send = await startEndpoint();
    expect(await send(...request)).toEqual(invalid(status));
  });
});

test('another grant is unsupported_grant_type', async () => {
  const send = await startEndpoint();
  const error = { status: 400, body: { error: 'unsupported_grant_type' } };
  expect(await send({ ...grant, grant_type: 'password' })).toEqual(error);
});

test('503 is the status while the database is unavailable', async () => {
  const exchange = () => Promise.reject(new DatabaseUnavailableError('The database is locked.'));
  const send = await startEndpoint({ exchange });
  expect(await send()).toEqual({ status: 503, body: { error: 'temporarily_unavailable' } });
});

describe('where the signature of the gateway is required', () => {
  const keys = readGatewayKeys(randomBytes(32).toString('base64url'));
  const identifySender = createIdentifySender({ keys, isSignatureRequired: true, log: captureLog().log });
  const signed = (body: string) =>
    createRequestSigner(keys)({
      method: 'POST',
      path: '/token',
      body,
      authorization: undefined,
      clientAddress: undefined,
    });
  const text = exchangeForm(grant.subject_token);

  test('a signed request is answered', async () => {
    const send = await startEndpoint({ identifySender });
    expect(await send(text, { headers: signed(text) })).toMatchObject({ status: 200 });
  });

  test('any other is FORBIDDEN', async () => {
    const send = await startEndpoint({ identifySender });
    expect(await send()).toMatchObject({ status: 403, body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } });
  });

  test('a signature of another body is invalid_request', async () => {
    const send = await startEndpoint({ identifySender });
    const other = exchangeForm('another');
    expect(await send(text, { headers: signed(other) })).toEqual(invalid());
  });
});
