import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { parseOperation } from '../testing/heap.ts';
import { createPreparedOperations, type ExecutableOperation, type OperationRequest } from './prepared-operations.ts';

const schema = buildSchema('type Query { hello(text: String): String }');
const request = { variables: {}, context: {} };

/** Prepared operations over an executor that counts; each of its operations says how large it is. */
function create({ maxBytes = 1_000_000, sizeBytes = () => 0 }: { maxBytes?: number; sizeBytes?: () => number } = {}) {
  const counts = { prepared: 0, executed: 0 };
  const prepare = (): ExecutableOperation => {
    counts.prepared += 1;
    const execute = async () => {
      counts.executed += 1;
      return { data: { hello: 'world' } };
    };
    return { execute, sizeBytes };
  };
  const operations = createPreparedOperations({ schema, prepare }, maxBytes);
  return {
    ...operations,
    counts,
    add: (source: string, name?: string) => operations.prepare(parseOperation(source, name)),
  };
}

describe('get', () => {
  test('returns undefined for an operation that was not prepared', () => {
    const { get, add } = create();
    add('{ a: hello }');
    expect(get({ query: '{ hello }' })).toBeUndefined();
  });

  test('returns the prepared operation for the same text', () => {
    const { get, add } = create();
    const prepared = add('query Greet { hello }');
    expect(get({ query: 'query Greet { hello }' })).toBe(prepared);
    expect(prepared).toMatchObject({ kind: 'query', name: 'Greet' });
  });

  test('tells the operations of one document apart', () => {
    const { get, add } = create();
    const query = 'query A { hello } query B { b: hello }';
    const [a, b] = [add(query, 'A'), add(query, 'B')];
    expect([get({ query, operationName: 'A' }), get({ query, operationName: 'B' })]).toEqual([a, b]);
    expect([get({ query }), get({ query, operationName: 'C' })]).toEqual([undefined, undefined]);
  });

  test('keeps operations apart whose documents may be over the limits of clients', () => {
    const { get, prepare, add } = create();
    const writtenOut = prepare(parseOperation('{ hello }'), true);
    expect(get({ query: '{ hello }' })).toBeUndefined();
    expect(get({ query: '{ hello }' }, true)).toBe(writtenOut);
    const own = add('{ hello }');
    expect([get({ query: '{ hello }' }), get({ query: '{ hello }' }, true)]).toEqual([own, writtenOut]);
    expect(own).not.toBe(writtenOut);
  });

  test.each<[OperationRequest, OperationRequest]>([
    [{ query: 'query\n{ hello }' }, { query: '{ hello }', operationName: 'query' }],
    [{ query: '5:query{ hello }' }, { query: '{ hello }', operationName: 'query' }],
    [
      { query: 'B{ hello }', operationName: 'A' },
      { query: '{ hello }', operationName: 'AB' },
    ],
    [{ query: '{ hello }', operationName: '' }, { query: '{ hello }' }],
  ])('takes %j and %j for different operations', (one, other) => {
    const { prepare, get } = create();
    const { document, operation } = parseOperation('{ hello }');
    const prepared = prepare({ source: one.query, operationName: one.operationName, document, operation });
    expect(get(one)).toBe(prepared);
    expect(get(other)).toBeUndefined();
  });
});

test('an operation is prepared once and executed each time', async () => {
  const { add, counts } = create();
  for (let time = 1; time <= 3; time++) await add('{ hello }').execute(request);
  expect(counts).toEqual({ prepared: 1, executed: 3 });
});

describe('the bound in bytes', () => {
  test('evicts the operations that were used longest ago', () => {
    const { get, add, sizeBytes } = create({ maxBytes: 10_000, sizeBytes: () => 2_000 });
    for (const name of ['a', 'b', 'c']) add(`{ ${name}: hello }`);
    get({ query: '{ a: hello }' });
    add('{ d: hello }');
    const cached = ['a', 'b', 'c', 'd'].filter((name) => get({ query: `{ ${name}: hello }` }));
    expect(cached).toEqual(['a', 'c', 'd']);
    expect(sizeBytes()).toBeLessThanOrEqual(10_000);
  });

  test('counts what an operation grows by when it is executed', async () => {
    let size = 1_000;
    const { get, add, sizeBytes } = create({ maxBytes: 10_000, sizeBytes: () => size });
    const operation = add('{ hello }');
    const before = sizeBytes();
    size = 3_000;
    await operation.execute(request);
    expect(sizeBytes()).toBe(before + 2_000);
    size = 20_000;
    await operation.execute(request);
    expect(get({ query: '{ hello }' })).toBeUndefined();
    expect(sizeBytes()).toBe(0);
  });
});

describe('a document is executed and not cached', () => {
  const cached = (source: string) => {
    const { get, add } = create();
    const operation = add(source);
    return { isCached: get({ query: source }) !== undefined, operation };
  };
  const fields = (count: number, text: string) =>
    `{ ${Array.from({ length: count }, (_, index) => `a${index}: hello(text: ${text})`).join(' ')} }`;

  test.each([
    ['with over 15,000 characters', `{ hello } # ${'x'.repeat(15_000)}`],
    ['with a string of over 1,000 characters', fields(1, `"${'x'.repeat(1_001)}"`)],
    ['with a block string of over 1,000 characters', fields(1, `"""${'x'.repeat(1_001)}"""`)],
    ['with over 65,536 characters, most of them in short strings', fields(100, `"${'x'.repeat(900)}"`)],
  ])('%s', async (_, source) => {
    const { isCached, operation } = cached(source);
    expect(isCached).toBe(false);
    expect(await operation.execute(request)).toEqual({ data: { hello: 'world' } });
  });

  test.each([
    ['15,000 characters', `{ hello } #${'x'.repeat(14_989)}`],
    ['over 15,000 characters, most of them in short strings', fields(30, `"${'x'.repeat(900)}"`)],
  ])('but one with %s is cached', (_, source) => {
    expect(cached(source).isCached).toBe(true);
  });
});
