import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { describe, expect, onTestFinished, test } from 'vitest';
import { captureLog } from '../../tests/support/captured-log.ts';
import { createTinySchema } from '../../tests/support/tiny-schema.ts';
import { requireOperation } from './error-formatting.ts';
import { createJitExecutor } from './jit-executor.ts';
import { createOperationCache, type Gateway } from './operation-cache.ts';

type SchemaLoaded = Parameters<Gateway['onSchemaLoadOrUpdate']>[0];

/** A real Apollo Server whose operations are remembered, without a way round it. */
async function startRemembering() {
  const { schema, changes } = createTinySchema();
  const stock = createJitExecutor(schema);
  const listeners: SchemaLoaded[] = [];
  const familiar = createOperationCache({
    ...stock,
    onSchemaLoadOrUpdate: (callback) => {
      listeners.push(callback);
      return stock.onSchemaLoadOrUpdate(callback);
    },
  });
  const server = new ApolloServer<{ requestId: string }>({
    gateway: familiar.gateway,
    logger: captureLog().log,
    plugins: [requireOperation(), ApolloServerPluginInlineTraceDisabled()],
  });
  await server.start();
  onTestFinished(() => server.stop());
  const context = { requestId: 'r-1' };
  return {
    changes,
    /** Asks Apollo Server. */
    ask: async (query: string, operationName?: string) => {
      const { body } = await server.executeOperation(
        { query, ...(operationName && { operationName }) },
        { contextValue: context },
      );
      return body.kind === 'single' ? body.singleResult : undefined;
    },
    /** What comes without Apollo Server. */
    result: async (query: string, operationName?: string) =>
      (await familiar.execute({ query, operationName }, context))?.result,
    report: async (query: string, result: object) => {
      const contextValue = familiar.withResult(context, result);
      const { body } = await server.executeOperation({ query }, { contextValue });
      return body.kind === 'single' ? body.singleResult : undefined;
    },
    changeSchema: () => {
      for (const listener of listeners) listener({ apiSchema: schema, coreSupergraphSdl: '' });
    },
  };
}

describe('an operation is not familiar', () => {
  test('that was not asked before', async () => {
    const { result, ask } = await startRemembering();
    expect(await result('{ hello }')).toBeUndefined();
    await ask('{ a: hello }');
    expect(await result('{ hello }')).toBeUndefined();
  });

  test.each(['{ goodbye }', '{ hello', '', 'subscription { hello }', 'query A { hello } query B { hello }'])(
    'that Apollo Server would not execute: %j',
    async (query) => {
      const { result, ask } = await startRemembering();
      expect(await ask(query)).toMatchObject({ errors: [{}] });
      expect(await result(query)).toBeUndefined();
    },
  );

  test('of which another one of the same text was asked, or none by its name', async () => {
    const { result, ask } = await startRemembering();
    const query = 'query A { hello } query B { b: hello }';
    await ask(query, 'A');
    expect([await result(query), await result(query, 'B'), await result(query, 'C')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await result(query, 'A')).toEqual({ data: { hello: 'world' } });
  });

  test('that was asked of another schema', async () => {
    const { result, ask, changeSchema } = await startRemembering();
    await ask('{ hello }');
    changeSchema();
    expect(await result('{ hello }')).toBeUndefined();
    await ask('{ hello }');
    expect(await result('{ hello }')).toEqual({ data: { hello: 'world' } });
  });

  test('any more when a thousand others were asked since', async () => {
    const { result, ask } = await startRemembering();
    await ask('{ hello }');
    for (let other = 1; other < 1_000; other++) await ask(`{ a${other}: hello }`);
    expect(await result('{ hello }')).toEqual({ data: { hello: 'world' } });
    for (let other = 1_000; other < 2_000; other++) await ask(`{ a${other}: hello }`);
    expect(await result('{ hello }')).toBeUndefined();
  });

  test('that is longer than all that is remembered together', async () => {
    const { result, ask } = await startRemembering();
    const query = `{ hello } # ${'x'.repeat(4 * 1024 * 1024)}`;
    await ask(query);
    expect(await result(query)).toBeUndefined();
  });
});

test('an operation that is familiar runs once each time', async () => {
  const { result, ask, changes } = await startRemembering();
  await ask('mutation { change }');
  for (let time = 2; time <= 4; time++) {
    expect(await result('mutation { change }')).toEqual({ data: { change: time } });
    expect(changes()).toBe(time);
  }
});

test('Apollo Server reports a result that is there, and executes nothing for it', async () => {
  const { report, ask, changes } = await startRemembering();
  await ask('mutation { change }');
  const result = { data: { change: 5 } };
  expect(await report('mutation { change }', result)).toEqual(result);
  expect(changes()).toBe(1);
});
