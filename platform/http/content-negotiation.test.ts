import Negotiator from 'negotiator';
import { describe, expect, test } from 'vitest';
import { acceptedType, prefersPage, responseTypes } from './content-negotiation.ts';

const [json, responseJson] = responseTypes;

describe('an Accept header', () => {
  test.each([
    'text/html',
    'image/*',
    'application/xml',
    'multipart/mixed;deferSpec=20220824',
    'application/json;q=0',
    '*/*;q=0',
    'nonsense',
    ' ',
    ',',
  ])('%j accepts no response type, also from the cache', (accept) => {
    expect([acceptedType(accept), acceptedType(accept)]).toEqual([undefined, undefined]);
  });

  test.each([
    [undefined, json],
    ['*/*', json],
    ['application/*', json],
    ['application/json', json],
    ['APPLICATION/JSON', json],
    ['application/json; charset=utf-8', json],
    ['text/html, application/xhtml+xml, */*;q=0.8', json],
    ['application/graphql-response+json', responseJson],
    ['application/json;q=0.9, application/graphql-response+json', responseJson],
    ['application/graphql-response+json;q=0.9, application/json', json],
    ['application/graphql-response+json, application/json', responseJson],
    ['application/json, application/graphql-response+json', json],
    ['application/json;q=0, */*', responseJson],
    [`${'text/html, '.repeat(100)}application/json`, json],
    ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', responseJson],
  ])('%j selects %s, also from the cache', (accept, type) => {
    expect([acceptedType(accept), acceptedType(accept)]).toEqual([type, type]);
  });
});

/** Accept headers of browsers for a typed address. */
const ofAddressBars = [
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'text/html',
  'text/*',
];

test.each(ofAddressBars)('%j prefers a page', (accept) => {
  expect(prefersPage(accept)).toBe(true);
});

test.each([
  undefined,
  '*/*',
  'application/json',
  'application/json, text/html',
  'application/json, text/html;q=0.9',
  'application/graphql-response+json, text/html',
  'text/html;q=0.5, */*',
  'text/html;q=0',
  'text/plain',
  'image/png',
  '',
])('%j does not prefer a page', (accept) => {
  expect(prefersPage(accept)).toBe(false);
});

test('selects the same after more headers than the cache holds', () => {
  const ranges = ['*/*', 'application/*', 'application/json', 'application/graphql-response+json', 'text/html'];
  const qualities = ['', ';q=1', ';q=0.5', ';q=0'];
  const parts = ranges.flatMap((range) => qualities.map((quality) => range + quality));
  const headers = parts.flatMap((one) => parts.map((other) => `${one}, ${other}`));
  expect(headers.length).toBeGreaterThan(300);
  for (const accept of [...headers, ...headers.reverse()]) {
    expect([accept, acceptedType(accept)]).toEqual([
      accept,
      new Negotiator({ headers: { accept } }).mediaType(responseTypes),
    ]);
  }
});
