import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { setImage } from './image-variable.ts';

const put = (query: string, variables: string) => setImage(parse(query), variables, 'DATA');

test.each([
  [
    'mutation ($input: CreateResourceInput!) { a }',
    { input: { title: 'A' } },
    { input: { title: 'A', image: { data: 'DATA' } } },
  ],
  [
    'mutation ($id: ID!, $change: UpdateResourceInput!) { a }',
    { id: '1' },
    { id: '1', change: { image: { data: 'DATA' } } },
  ],
  [
    'mutation ($image: ImageInput!) { a }',
    { image: { data: 'old', contentType: 'image/png' } },
    { image: { data: 'DATA' } },
  ],
  ['mutation ($id: ID!, $data: String!) { a }', { id: '1', data: 'old' }, { id: '1', data: 'DATA' }],
  [
    'query List { a } mutation Change($change: UpdateResourceInput!) { a }',
    {},
    { change: { image: { data: 'DATA' } } },
  ],
])('puts the image into the variables of %s', (query, before, after) => {
  expect(JSON.parse(put(query, JSON.stringify(before)) ?? '')).toEqual(after);
});

test('keeps comments, and replaces the former image with its content type', () => {
  const before = '{ // new\n  "image": { "contentType": "image/png",\n    "data": "old" // small\n  }\n}';
  const after = put('mutation ($image: ImageInput!) { a }', before);
  expect(after).toContain('// new\n');
  expect(after).toContain('"data": "DATA" // small\n');
  expect(after).not.toContain('contentType');
});

test.each(['{ me { id } }', 'query ($id: ID!, $title: String) { a }', 'fragment F on User { id }'])(
  'returns undefined for %s',
  (query) => {
    expect(put(query, '')).toBeUndefined();
  },
);
