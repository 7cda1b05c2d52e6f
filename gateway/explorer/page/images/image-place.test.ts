import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { putImage } from './image-place.ts';

const put = (query: string, variables: string) => putImage(parse(query), variables, 'DATA');

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
])('an image goes where %s takes one', (query, before, after) => {
  expect(JSON.parse(put(query, JSON.stringify(before)) ?? '')).toEqual(after);
});

test('comments stay, and the image that was there goes with the type that was claimed for it', () => {
  const before = '{ // new\n  "image": { "contentType": "image/png",\n    "data": "old" // small\n  }\n}';
  const after = put('mutation ($image: ImageInput!) { a }', before);
  expect(after).toContain('// new\n');
  expect(after).toContain('"data": "DATA" // small\n');
  expect(after).not.toContain('contentType');
});

test.each(['{ me { id } }', 'query ($id: ID!, $title: String) { a }', 'fragment F on User { id }'])(
  '%s takes none',
  (query) => {
    expect(put(query, '')).toBeUndefined();
  },
);
