import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { measureHeap } from '../testing/heap.ts';
import { createJitExecutor } from './jit-executor.ts';

const schema = buildSchema(`
  type Query { me(id: ID): Person people(first: Int): [Person!] }
  type Person { id: ID! name: String friend: Person friends: [Person!] }
`);

// With data, so that every part of a compiled function runs.
const person: Record<string, unknown> = { id: '1', name: 'Ada' };
Object.assign(person, { friend: () => person, friends: async () => [person] });
for (const field of Object.values(schema.getQueryType()?.getFields() ?? {}))
  field.resolve = () => (field.name === 'me' ? person : [person]);

const many = (field: (index: number) => string, length: number) => {
  let fields = '';
  for (let index = 0; fields.length < length; index++) fields += `${field(index)} `;
  return fields;
};

test.each<[string, { count: number; source: (index: number) => string; variables?: object[] }]>([
  [
    'a usual query',
    {
      count: 60,
      source: (n) =>
        `query Q${n}($first: Int) { a${n}: me(id: 1) { id name } people(first: $first) { id name friend { id friends { name } } } }`,
    },
  ],
  ['one small field', { count: 100, source: (n) => `{ a${n}: me { id } }` }],
  ['many fields of one object', { count: 5, source: (n) => `{ me { ${many((i) => `a${n}x${i}: name`, 13_000)} } }` }],
  ['many root fields', { count: 5, source: (n) => `{ ${many((i) => `a${n}x${i}: me { id }`, 13_000)} }` }],
  [
    'fields with a condition',
    { count: 300, source: (n) => `query ($a: Boolean = true) { a${n}: me @include(if: $a) { id name } }` },
  ],
  [
    'many fields with a condition',
    {
      count: 10,
      source: (n) =>
        `query ($a: Boolean = true) { ${many((i) => `a${n}x${i}: me @include(if: $a) { id name }`, 13_000)} }`,
    },
  ],
])('estimates the heap that a prepared operation holds: %s', { timeout: 120_000 }, async (_, operations) => {
  const { actual, estimated } = await measureHeap(createJitExecutor(schema), operations);
  // An estimate that is too high costs room in the cache; one that is too low would break its bound.
  expect(estimated).toBeGreaterThan(actual);
  expect(estimated).toBeLessThan(actual * 5);
});
