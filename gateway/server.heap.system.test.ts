import { describe, expect, onTestFinished, test } from 'vitest';
import { captureLog } from '../tests/support/captured-log.ts';
import { collectGarbage } from '../tests/support/collect-garbage.ts';
import type { ExecutorName } from './executor.ts';
import { startGateway } from './server.ts';
import type { Transport } from './subgraphs/transport.ts';
import { accessTokenWith, verifier } from './testing/viewer.ts';

/** Responds to every operation with no data, and caches nothing. */
const transport: Transport = { prepare: () => async () => ({ data: {} }), close: async () => {} };

async function startMeasured(executor: ExecutorName = 'compiled') {
  const timeouts = { timeoutMs: 1_000, mutationTimeoutMs: 1_000 };
  const { execute, stop } = await startGateway({
    subgraphs: ['auth', 'resources'].map((name) => ({ name, transport, ...timeouts })),
    executor,
    verifier,
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log: captureLog('silent').log,
  });
  onTestFinished(stop);
  const request = {
    authorization: `Bearer ${accessTokenWith()}`,
    requestId: 'r-1',
    clientGone: new AbortController().signal,
    client: () => ({ address: '127.0.0.1', userAgent: undefined }),
  };
  /** Executes each document twice with each of the variables, and returns by how many bytes the heap grew. */
  const growthBy = async (documents: () => Iterable<string>, variables: Record<string, unknown>[] = [{}]) => {
    const run = async () => {
      for (const query of documents())
        for (const values of [...variables, ...variables]) await execute({ query, variables: values }, request);
    };
    await execute({ query: '{ me { id } }' }, request);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await run();
    collectGarbage();
    collectGarbage();
    return process.memoryUsage().heapUsed - before;
  };
  return { growthBy };
}

function* numbered(count: number, document: (index: number) => string): Iterable<string> {
  // In one piece, as JSON.parse returns it.
  for (let index = 0; index < count; index++) yield JSON.parse(JSON.stringify(document(index)));
}

test('the gateway caches nothing of documents with long literals', { timeout: 120_000 }, async () => {
  const { growthBy } = await startMeasured();
  const literal = 'x'.repeat(900_000);
  const growth = await growthBy(() => numbered(60, (n) => `{ resource(id: "${n} ${literal}") { id } }`));
  expect(growth).toBeLessThan(10_000_000);
});

describe('the gateway’s caches stay within their bounds:', { timeout: 300_000 }, () => {
  const bound = 32 * 1024 * 1024;
  const boundOfPlans = 16 * 1024 * 1024;
  const many = (field: (index: number) => string, length: number) => {
    let fields = '';
    for (let index = 0; fields.length < length; index++) fields += `${field(index)} `;
    return fields;
  };

  test('documents with many root fields', async () => {
    const { growthBy } = await startMeasured();
    const wide = (n: number) => `{ ${many((index) => `a${n}x${index}: me { id }`, 13_500)} }`;
    // Each holds over 0.5 MB.
    expect(await growthBy(() => numbered(80, wide))).toBeLessThan(bound);
  });

  test('documents with many root fields, executed by Apollo’s gateway', async () => {
    const { growthBy } = await startMeasured('apollo');
    const wide = (n: number) => `{ ${many((index) => `a${n}x${index}: me { id }`, 13_500)} }`;
    expect(await growthBy(() => numbered(110, wide))).toBeLessThan(bound + boundOfPlans);
  });

  test('documents that run with all settings of their conditions', async () => {
    const { growthBy } = await startMeasured();
    const names = ['v0', 'v1', 'v2', 'v3'];
    const definitions = names.map((name) => `$${name}: Boolean!`).join(' ');
    const document = (n: number) =>
      `query (${definitions}) { ${many((i) => `a${n}x${i}: me @include(if: $v${i % 4}) { id username }`, 9_000)} }`;
    const settings = Array.from({ length: 16 }, (_, bits) =>
      Object.fromEntries(names.map((name, index) => [name, ((bits >> index) & 1) === 1])),
    );
    // Each holds over 1.5 MB.
    expect(await growthBy(() => numbered(30, document), settings)).toBeLessThan(bound);
  });
});
