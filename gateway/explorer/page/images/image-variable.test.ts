import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { emptyImage, isImageEmpty, setImage, titleFrom } from './image-variable.ts';

const put = (query: string, variables: string, image: { fit?: boolean; title?: string } = {}) =>
  setImage(parse(query), variables, {
    image: { base64: 'DATA', fit: false, title: '', ...image },
    mayReplaceTitle: (title) => title === 'sample',
  });

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

test('puts the title in where it replaces one of the page, and fit where it is needed', () => {
  const create = 'mutation ($input: CreateResourceInput!) { a }';
  const putInto = (input: object, image: { fit?: boolean; title?: string }) =>
    JSON.parse(put(create, JSON.stringify({ input }), image) ?? '').input;
  expect(putInto({ title: 'sample' }, { title: 'Photo', fit: true })).toEqual({
    title: 'Photo',
    image: { data: 'DATA', fit: true },
  });
  expect(putInto({ title: 'typed', image: { data: '', fit: true } }, { title: 'Photo' })).toEqual({
    title: 'typed',
    image: { data: 'DATA' },
  });
  expect(putInto({ title: 'sample' }, { title: '' }).title).toBe('sample');
});

test.each([
  ['IMG_1234.HEIC', 'IMG_1234'],
  ['a.b.jpeg', 'a.b'],
  ['a\u0000\u200bb\n c.png', 'a b c'],
  ['.png', ''],
  [`${'é'.repeat(300)}.png`, 'é'.repeat(200)],
])('makes a title of the file name %j', (name, title) => {
  expect(titleFrom(name)).toBe(title);
});

test('empties image data, and tells that it is empty', () => {
  const document = parse('mutation ($input: CreateResourceInput!) { a }');
  const emptied = emptyImage(document, '{"input":{"image":{"data":"old"}}}') ?? '';
  expect(JSON.parse(emptied)).toEqual({ input: { image: { data: '' } } });
  expect(isImageEmpty(document, JSON.parse(emptied))).toBe(true);
  expect(isImageEmpty(document, { input: { image: { data: 'DATA' } } })).toBe(false);
  expect(isImageEmpty(document, { input: { title: 'A' } })).toBe(false);
  expect(emptyImage(parse('{ me { id } }'), '{}')).toBeUndefined();
});
