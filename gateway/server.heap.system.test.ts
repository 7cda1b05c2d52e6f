import { expect, onTestFinished, test } from 'vitest';
import { captureLog } from '../tests/support/captured-log.ts';
import { collectGarbage } from '../tests/support/collect-garbage.ts';
import { startGateway } from './server.ts';
import type { Transport } from './subgraphs/transport.ts';

/** Responds to every operation with no data, and caches nothing. */
const transport: Transport = { prepare: () => async () => ({ data: {} }), close: async () => {} };

async function startMeasured() {
  const timeouts = { timeoutMs: 1_000, mutationTimeoutMs: 1_000 };
  const { execute, stop } = await startGateway({
    subgraphs: ['auth', 'resources'].map((name) => ({ name, transport, ...timeouts })),
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log: captureLog('silent').log,
  });
  onTestFinished(stop);
  const request = {
    authorization: undefined,
    requestId: 'r-1',
    clientGone: new AbortController().signal,
    client: () => ({ address: '127.0.0.1', userAgent: undefined }),
  };
  /** Executes each document twice, and returns by how many bytes the heap grew. */
  const growthBy = async (documents: () => Iterable<string>) => {
    const run = async () => {
      for (const query of documents()) for (let time = 1; time <= 2; time++) await execute({ query }, request);
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

test('the gateway’s cache stays within its bound of 32 MiB', { timeout: 300_000 }, async () => {
  const { growthBy } = await startMeasured();
  const wide = (n: number) => {
    let fields = '';
    for (let index = 0; fields.length < 13_500; index++) fields += `a${n}x${index}: me { id } `;
    return `{ ${fields}}`;
  };
  // Each holds about 1 MB.
  expect(await growthBy(() => numbered(60, wide))).toBeLessThan(40 * 1024 * 1024);
});
