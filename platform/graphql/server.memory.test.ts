import { describe, expect, test } from 'vitest';
import { startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { createAbortable } from '../async/signal.ts';
import { requests, send } from '../testing/requests.ts';
import type { OperationRequest } from './prepared-operations.ts';

const caller = (requestId = 'r-1', authorization?: string) => ({
  authorization,
  requestId,
  clientGone: createAbortable(),
  client: () => ({ address: '127.0.0.1', userAgent: undefined }),
});

/** The requests that a caller in this process can make as well. */
const operations = Object.entries(requests).flatMap(([name, { body, headers, status }]) =>
  isOperation(body) && !headers ? [[name, { status, body }] as const] : [],
);

function isOperation(body: Record<string, unknown>): body is Record<string, unknown> & OperationRequest {
  const { query, variables = {}, operationName = '', extensions } = body;
  const hasVariables = typeof variables === 'object' && variables !== null && !Array.isArray(variables);
  return typeof query === 'string' && hasVariables && typeof operationName === 'string' && extensions === undefined;
}

describe('an operation of this process has the same response as over HTTP, first and repeated:', () => {
  test.each(operations.filter(([, { status }]) => status === 200))('%s', async (_, request) => {
    const { url, execute } = await startTinyServer();
    const { text } = await send(url, request);
    for (const { execute: executeHere } of [{ execute }, await startTinyServer()]) {
      for (let time = 1; time <= 3; time++) {
        const answer = await executeHere(request.body, caller('the id of the request'));
        expect(JSON.parse(JSON.stringify(answer))).toEqual(JSON.parse(text));
      }
    }
  });

  test('a mutation, which runs once for each call', async () => {
    const { execute, changes } = await startTinyServer();
    for (let time = 1; time <= 4; time++) {
      expect(await execute({ query: 'mutation { change }' }, caller())).toEqual({ data: { change: time } });
      expect(changes()).toBe(time);
    }
  });
});

describe('an operation of this process rejects if the HTTP status would not be 200:', () => {
  test.each(operations.filter(([, { status }]) => status !== 200))('%s', async (_, { status, body }) => {
    const { execute } = await startTinyServer();
    for (let time = 1; time <= 3; time++) {
      await expect(execute(body, caller())).rejects.toThrow(
        `The subgraph responded to the operation with status ${status}.`,
      );
    }
  });

  test('a document over the size limit', async () => {
    const { execute, changes } = await startTinyServer({ maxBodyBytes: 100 });
    const query = `mutation { change } # ${'x'.repeat(100)}`;
    await expect(execute({ query }, caller())).rejects.toThrow('The operation is over 100 bytes.');
    expect(changes()).toBe(0);
  });

  test('variables over the size limit of a repeated document', async () => {
    const { execute } = await startTinyServer({ maxBodyBytes: 200 });
    const query = 'query ($text: String!) { echo(text: $text) }';
    for (let time = 1; time <= 3; time++) await execute({ query, variables: { text: 'short' } }, caller());
    const executing = execute({ query, variables: { text: 'x'.repeat(200) } }, caller());
    await expect(executing).rejects.toThrow('The operation is over 200 bytes.');
  });
});

describe('the context of an operation of this process', () => {
  test('reaches its own resolvers only', async () => {
    const { execute } = await startTinyServer();
    for (const authorization of ['Bearer ada', undefined, 'Bearer bob']) {
      const { data } = await execute({ query: '{ request }' }, caller(`r-${authorization?.length}`, authorization));
      const request = { requestId: `r-${authorization?.length}`, ...(authorization && { authorization }) };
      expect(JSON.parse(String(data?.request))).toEqual({ ...request, isGateway: true, isWrittenOut: true });
    }
  });

  test('notifies the resolvers when the caller gives up', async () => {
    const { execute, slowBegan, finishSlow } = await startTinyServer();
    const request = caller();
    const executing = execute({ query: '{ slow }' }, request);
    const { clientGone } = await slowBegan;
    expect(clientGone.aborted).toBe(false);
    request.clientGone.abort(new Error('gone'));
    expect(clientGone.aborted).toBe(true);
    finishSlow();
    await executing;
  });

  test('is logged like that of a request over HTTP, first and repeated', async () => {
    const { execute, log } = await startTinyServer();
    for (const id of ['r-1', 'r-2', 'r-3']) await execute({ query: 'query Greet { hello bug }' }, caller(id));
    const [, ...lines] = log;
    expect(lines).toMatchObject(
      ['r-1', 'r-2', 'r-3'].flatMap((requestId) => [
        { msg: 'bug', requestId, path: ['bug'] },
        { msg: 'answered', requestId, kind: 'query', operation: 'Greet', codes: ['INTERNAL_SERVER_ERROR'] },
      ]),
    );
  });
});
