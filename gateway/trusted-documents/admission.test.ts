import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RequestParameters } from '../../platform/graphql/request-parameters.ts';
import { createDocumentAdmission } from './admission.ts';
import { joinManifests } from './manifest.ts';

const trusted = 'query Me { me { id } }';
const other = 'query Me { me { id username } }';
const hash = createHash('sha256').update(trusted).digest('hex');
const otherHash = createHash('sha256').update(other).digest('hex');
const documents = joinManifests([['custom', trusted]]);
const admit = {
  only: createDocumentAdmission(documents, 'only'),
  prefer: createDocumentAdmission(documents, 'prefer'),
};

const post = (body: unknown): RequestParameters => ({ body, search: '' });
const get = (parameters: Record<string, string>): RequestParameters => ({
  body: undefined,
  search: `?${new URLSearchParams(parameters)}`,
});
const apq = (sha256Hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash } });
const query = { query: trusted };

describe.each(['only', 'prefer'] as const)('with %s', (mode) => {
  test.each<[string, object, object]>([
    ['its text', query, query],
    ['its text with variables', { ...query, variables: { a: 1 } }, { ...query, variables: { a: 1 } }],
    ['the prefixed hash', { documentId: `sha256:${hash}` }, query],
    ['the bare hash', { documentId: hash, operationName: 'Me' }, { ...query, operationName: 'Me' }],
    ['its id in the manifest', { documentId: 'custom', query: null }, query],
    ['the hash of a persisted query', { extensions: apq(hash), variables: {} }, { ...query, variables: {} }],
    ['its hash and its text', { ...query, extensions: apq(hash) }, query],
    ['the hash in upper case', { documentId: hash.toUpperCase() }, query],
    ['the prefixed hash in upper case', { documentId: `SHA256:${hash.toUpperCase()}` }, query],
    ['the hash of a persisted query in upper case', { extensions: apq(hash.toUpperCase()) }, query],
    ['its documentId and its text', { ...query, documentId: hash }, query],
    ['its prefixed documentId and its text', { ...query, documentId: `sha256:${hash.toUpperCase()}` }, query],
    ['its id in the manifest and its text', { ...query, documentId: 'custom' }, query],
    ['its documentId, its hash and its text', { ...query, documentId: 'custom', extensions: apq(hash) }, query],
    ['its documentId and its hash', { documentId: 'custom', extensions: apq(hash) }, query],
    ['its hash beside other extensions', { extensions: { ...apq(hash), a: 1 } }, { ...query, extensions: { a: 1 } }],
  ])('a trusted document runs by %s', (_, body, executed) => {
    expect(admit[mode](post(body))).toStrictEqual({ body: executed, search: '', isTrusted: true });
  });

  test.each<[string, Record<string, string>]>([
    ['its text', query],
    ['the prefixed hash', { documentId: `sha256:${hash}` }],
    ['the bare hash', { documentId: hash }],
    ['the bare hash and its text', { documentId: hash.toUpperCase(), ...query }],
    ['the hash of a persisted query', { extensions: JSON.stringify(apq(hash)) }],
  ])('a trusted document runs by GET and %s', (_, parameters) => {
    const admitted = admit[mode](get({ ...parameters, variables: '{"a":1}', operationName: 'Me' }));
    if ('error' in admitted) throw new Error(admitted.error.message);
    expect([admitted.body, admitted.isTrusted]).toEqual([undefined, true]);
    expect(Object.fromEntries(new URLSearchParams(admitted.search))).toEqual({
      query: trusted,
      variables: '{"a":1}',
      operationName: 'Me',
    });
  });

  test.each<[string, object]>([
    ['a trusted text with the documentId of another', { ...query, documentId: otherHash }],
    ['a trusted text with an unknown documentId', { ...query, documentId: 'unknown' }],
    ['a trusted text with an empty documentId', { ...query, documentId: '' }],
    ['another text with the documentId of a trusted one', { query: other, documentId: hash }],
    ['a documentId with the hash of another', { documentId: hash, extensions: apq(otherHash) }],
    ['a documentId with a hash that is no string', { documentId: hash, extensions: apq(1) }],
    ['a documentId with a query that is no string', { documentId: hash, query: 1 }],
    ['a documentId that is no string', { documentId: 1 }],
    ['a documentId that is a list', { documentId: [hash] }],
    ['a trusted text with the hash of another', { ...query, extensions: apq(otherHash) }],
    ['a trusted text with a hash that is no string', { ...query, extensions: apq(1) }],
  ])('%s is BAD_REQUEST', (_, body) => {
    expect(admit[mode](post(body))).toMatchObject({ error: { status: 400, code: 'BAD_REQUEST' } });
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['null', { query: null }],
    ['a number', { query: 1, extensions: apq(hash) }],
    ['a list', [query]],
    ['a hash that is no string', { extensions: apq({}) }],
  ])('what names no document is left to the server, which rejects it: %s', (_, body) => {
    expect(admit[mode](post(body))).toEqual({ body, search: '', isTrusted: false });
  });

  test('two queries by GET are left to Apollo Server, which rejects them', () => {
    const search = `?${new URLSearchParams([...Object.entries(query), ['query', other]])}`;
    expect(admit[mode]({ body: undefined, search })).toEqual({ body: undefined, search, isTrusted: false });
  });

  test('the query of the URL of a POST means nothing', () => {
    const request = { body: {}, search: `?query=${encodeURIComponent(trusted)}` };
    expect(admit[mode](request)).toEqual({ ...request, isTrusted: false });
  });
});

const untrusted: [string, RequestParameters][] = [
  ['its text', post({ query: other })],
  ['its text by GET', get({ query: other })],
  ['a trusted text with a space more', post({ query: `${trusted} ` })],
  ['an empty text', post({ query: '' })],
  ['its hash', post({ extensions: apq(otherHash) })],
  ['its hash by GET', get({ extensions: JSON.stringify(apq(otherHash)) })],
  ['its hash and its text', post({ query: other, extensions: apq(otherHash) })],
  ['its text and the hash of a trusted one', post({ query: other, extensions: apq(hash) })],
  ['the name of a trusted one', post({ query: other, operationName: 'Me' })],
];
const unknownIds: [string, RequestParameters][] = [
  ['an unknown documentId', post({ documentId: otherHash })],
  ['an unknown documentId by GET', get({ documentId: `sha256:${otherHash}` })],
  ['an empty documentId', post({ documentId: '' })],
  ['another prefix', post({ documentId: `md5:${hash}` })],
  ['an id in another case', post({ documentId: 'CUSTOM' })],
];

describe('another document', () => {
  test.each([...untrusted, ...unknownIds])('is QUERY_NOT_IN_SAFELIST with only, by %s', (_, request) => {
    expect(admit.only(request)).toMatchObject({ error: { status: 400, code: 'QUERY_NOT_IN_SAFELIST' } });
  });

  test('with its documentId runs by its text with prefer, and is QUERY_NOT_IN_SAFELIST with only', () => {
    const request = post({ query: other, documentId: `sha256:${otherHash}`, variables: {} });
    expect(admit.prefer(request)).toEqual({ ...post({ query: other, variables: {} }), isTrusted: false });
    expect(admit.only(request)).toMatchObject({ error: { status: 400, code: 'QUERY_NOT_IN_SAFELIST' } });
  });

  test.each(untrusted)('runs as before with prefer, by %s', (_, request) => {
    expect(admit.prefer(request)).toEqual({ ...request, isTrusted: false });
  });

  test.each(unknownIds)('is PERSISTED_QUERY_NOT_FOUND with prefer, by %s', (_, request) => {
    expect(admit.prefer(request)).toMatchObject({ error: { status: 400, code: 'PERSISTED_QUERY_NOT_FOUND' } });
  });
});
