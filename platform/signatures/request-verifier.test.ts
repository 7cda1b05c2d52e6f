import { createHash, createHmac, randomBytes } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readGatewayKeys } from './gateway-keys.ts';
import { createRequestSigner, type RequestToSign } from './request-signer.ts';
import { createRequestVerifier } from './request-verifier.ts';

const startOfTests = Date.UTC(2026, 0, 1);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: startOfTests });
  onTestFinished(() => void vi.useRealTimers());
});

const newLine = () => randomBytes(32).toString('base64url');
const line = newLine();
const keys = readGatewayKeys(line);

const call: RequestToSign = {
  method: 'POST',
  path: '/graphql',
  body: '{"query":"{ me { id } }"}',
  authorization: 'Bearer a.b.c',
  clientAddress: '198.51.100.7',
  trustedDocument: undefined,
};

/** The request as it arrives, with the headers of its signature and the changes of an attacker. */
function arriving(request: RequestToSign, signature: Record<string, string>, changes: Changes = {}): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  const { authorization } = request;
  req.method = changes.method ?? request.method;
  req.url = changes.url ?? request.path;
  const headers = { ...signature, ...(authorization !== undefined && { authorization }), ...changes.headers };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) req.headers[name] = value;
  return req;
}

interface Changes {
  method?: string;
  url?: string;
  headers?: Record<string, string | undefined>;
}

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('base64');

describe('a signature', () => {
  test('has the form of RFC 9421 and RFC 9530', () => {
    const headers = createRequestSigner(keys)(call);
    const parameters =
      /^gateway=(\("@method" "@path" "content-digest" "authorization" "x-client-address"\);created=1767225600;keyid="[\w-]{12}";nonce="[\w.-]+")$/;
    const [, signed] = parameters.exec(headers['signature-input'] ?? '') ?? [];
    const base = [
      '"@method": POST',
      '"@path": /graphql',
      `"content-digest": sha-256=:${sha256(call.body)}:`,
      '"authorization": Bearer a.b.c',
      '"x-client-address": 198.51.100.7',
      `"@signature-params": ${signed}`,
    ].join('\n');
    const hmac = createHmac('sha256', Buffer.from(line, 'base64url')).update(base).digest('base64');
    expect(headers).toEqual({
      'content-digest': `sha-256=:${sha256(call.body)}:`,
      'signature-input': expect.stringMatching(parameters),
      signature: `gateway=:${hmac}:`,
      'x-client-address': '198.51.100.7',
    });
  });

  test('never has the same nonce, also of another process with the same key', () => {
    const signers = [createRequestSigner(keys), createRequestSigner(keys)];
    const inputs = signers.flatMap((sign) => [1, 2, 3].map(() => sign(call)['signature-input']));
    expect(new Set(inputs).size).toBe(6);
  });
});

describe('the verifier accepts', () => {
  test.each<[string, Partial<RequestToSign>]>([
    ['a request with everything', {}],
    ['a request without a token', { authorization: undefined }],
    ['a request without a client address', { clientAddress: undefined }],
    ['a request with neither', { authorization: undefined, clientAddress: undefined }],
    ['a trusted document', { trustedDocument: '1' }],
    ['an IPv6 address', { clientAddress: '2001:db8::7' }],
    ['an empty token and body', { authorization: '', body: '' }],
    ['letters outside ASCII', { authorization: 'Bearer \xe9', body: '{"query":"é 🧑"}' }],
  ])('%s', (_, changes) => {
    const request = { ...call, ...changes };
    const verified = createRequestVerifier(keys)(arriving(request, createRequestSigner(keys)(request)));
    expect(verified).toEqual({
      contentDigest: `sha-256=:${sha256(request.body)}:`,
      clientAddress: request.clientAddress,
      isTrusted: request.trustedDocument === '1',
    });
  });

  test('a signature by each of its keys, so that keys can be rotated without an outage', () => {
    const next = newLine();
    const verify = createRequestVerifier(readGatewayKeys(`${line}\n${next}`));
    for (const signing of [line, `${line}\n${next}`, `${next}\n${line}`, next]) {
      const sign = createRequestSigner(readGatewayKeys(signing));
      expect(verify(arriving(call, sign(call)))).not.toHaveProperty('failure');
    }
  });
});

describe('the verifier rejects', () => {
  const missing = { failure: 'missing' };
  const invalid = { failure: 'invalid' };
  const cases: [string, (signature: Record<string, string>) => Changes, object][] = [
    ['no signature', () => ({ headers: { signature: undefined } }), missing],
    ['no Signature-Input', () => ({ headers: { 'signature-input': undefined } }), missing],
    ['no digest', () => ({ headers: { 'content-digest': undefined } }), invalid],
    ['another method', () => ({ method: 'GET' }), invalid],
    ['another path', () => ({ url: '/other' }), invalid],
    ['a query', () => ({ url: '/graphql?query={me{id}}' }), invalid],
    ['another digest', () => ({ headers: { 'content-digest': `sha-256=:${sha256('other')}:` } }), invalid],
    ['another token', () => ({ headers: { authorization: 'Bearer d.e.f' } }), invalid],
    ['no token, where one was signed', () => ({ headers: { authorization: undefined } }), invalid],
    ['another address', () => ({ headers: { 'x-client-address': '198.51.100.8' } }), invalid],
    ['no address, where one was signed', () => ({ headers: { 'x-client-address': undefined } }), invalid],
    ['a later time', ({ 'signature-input': input = '' }) => replaced(input, '1767225600', '1767225601'), invalid],
    ['another nonce', ({ 'signature-input': input = '' }) => replaced(input, 'nonce="', 'nonce="x'), invalid],
    ['fewer components', ({ 'signature-input': input = '' }) => replaced(input, ' "authorization"', ''), invalid],
    ['another label', ({ 'signature-input': input = '' }) => replaced(input, 'gateway=', 'other='), invalid],
    ['an unknown key', ({ 'signature-input': input = '' }) => replaced(input, /keyid="[^"]*"/, 'keyid="x"'), invalid],
    ['two signatures', ({ 'signature-input': input = '' }) => replaced(input, /$/, `, ${input}`), invalid],
    ['10 kB of parameters', () => ({ headers: { 'signature-input': 'x'.repeat(10_000) } }), invalid],
    ['an empty signature', () => ({ headers: { signature: '' } }), invalid],
    ['a shorter signature', ({ signature = '' }) => ({ headers: { signature: signature.slice(0, -2) } }), invalid],
    ['a longer signature', ({ signature = '' }) => ({ headers: { signature: `${signature}A` } }), invalid],
  ];
  const replaced = (input: string, text: string | RegExp, by: string): Changes => ({
    headers: { 'signature-input': input.replace(text, by) },
  });

  test.each(cases)('%s', (_, change, failure) => {
    const signature = createRequestSigner(keys)(call);
    const verify = createRequestVerifier(keys);
    expect(verify(arriving(call, signature, change(signature)))).toEqual(failure);
    // It was rejected for the change, which also did not use the signature up.
    expect(verify(arriving(call, signature))).not.toHaveProperty('failure');
  });

  test('a token, an address and a trust that nobody signed', () => {
    const request = { ...call, authorization: undefined, clientAddress: undefined };
    const sign = createRequestSigner(keys);
    const verify = createRequestVerifier(keys);
    for (const headers of [
      { authorization: 'Bearer a.b.c' },
      { 'x-client-address': '198.51.100.7' },
      { 'x-trusted-document': '1' },
    ])
      expect(verify(arriving(request, sign(request), { headers }))).toEqual(invalid);
  });

  test.each(['everybody', '198.51.100.7:80', '2001:DB8::7', '198.51.100.7, 198.51.100.8'])(
    'the client address %s, although it is signed',
    (clientAddress) => {
      const request = { ...call, clientAddress };
      const signature = createRequestSigner(keys)(request);
      expect(createRequestVerifier(keys)(arriving(request, signature))).toEqual(invalid);
    },
  );

  test('a signature by another key', () => {
    const signature = createRequestSigner(readGatewayKeys(newLine()))(call);
    expect(createRequestVerifier(keys)(arriving(call, signature))).toEqual(invalid);
  });

  test('a signature by another key under the id of its own', () => {
    const signature = createRequestSigner([{ id: keys[0].id, key: readGatewayKeys(newLine())[0].key }])(call);
    expect(createRequestVerifier(keys)(arriving(call, signature))).toEqual(invalid);
  });
});

describe('the time of a signature', () => {
  test.each([
    ['may be 30 s ago', 30, undefined],
    ['may not be 31 s ago', 31, { failure: 'out of date', skewSeconds: 31 }],
    ['may be 30 s ahead', -30, undefined],
    ['may not be 31 s ahead', -31, { failure: 'out of date', skewSeconds: -31 }],
    ['may not be an hour ago', 3_600, { failure: 'out of date', skewSeconds: 3_600 }],
  ])('%s', (_, skewSeconds, failure) => {
    vi.setSystemTime(startOfTests - skewSeconds * 1_000);
    const signature = createRequestSigner(keys)(call);
    vi.setSystemTime(startOfTests);
    const verified = createRequestVerifier(keys)(arriving(call, signature));
    if (failure) expect(verified).toEqual(failure);
    else expect(verified).not.toHaveProperty('failure');
  });
});

describe('a captured request', () => {
  test.each([0, 1, 29, 30, 31, 59, 60, 61, 120, 3_600])('is rejected when it is repeated after %i s', (seconds) => {
    // The gateway's clock is ahead as far as it may be, so that its signatures are accepted for the longest time.
    vi.setSystemTime(startOfTests + 30_000);
    const signature = createRequestSigner(keys)(call);
    vi.setSystemTime(startOfTests);
    const verify = createRequestVerifier(keys);
    expect(verify(arriving(call, signature))).not.toHaveProperty('failure');
    vi.advanceTimersByTime(seconds * 1_000);
    expect(verify(arriving(call, signature))).toHaveProperty('failure', seconds > 60 ? 'out of date' : 'repeated');
  });

  test('is rejected also between many others', () => {
    const verify = createRequestVerifier(keys);
    const sign = createRequestSigner(keys);
    const first = sign(call);
    for (let nth = 0; nth < 2_000; nth++) verify(arriving(call, nth === 0 ? first : sign(call)));
    expect(verify(arriving(call, first))).toEqual({ failure: 'repeated' });
  });
});
