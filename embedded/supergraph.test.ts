import { describe, expect, onTestFinished, test } from 'vitest';
import { deadUrl, listen } from '../tests/support/http/servers.ts';
import { requireAnswers } from './supergraph.ts';

/** Starts a gateway that responds with this text. */
async function gatewayWith(text: string): Promise<string> {
  const { url, stop } = await listen((_, res) => void res.end(text));
  onTestFinished(stop);
  return url;
}

const errors = (...codes: string[]) => JSON.stringify({ errors: codes.map((code) => ({ extensions: { code } })) });

describe('requireAnswers throws', () => {
  test.each([
    ['if one subgraph is unavailable', errors('UNAUTHENTICATED', 'SERVICE_UNAVAILABLE')],
    ['if both are unavailable', errors('SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE')],
    ['if one does not answer', errors('UNAUTHENTICATED')],
    ['if the query is invalid', errors('GRAPHQL_VALIDATION_FAILED')],
    ['if there is another error', errors('UNAUTHENTICATED', 'UNAUTHENTICATED', 'INTERNAL_SERVER_ERROR')],
    ['if no token is required', '{"data":{"me":{"id":"1"},"resources":{"totalCount":0}}}'],
  ])('%s, with the response in the message', async (_, text) => {
    await expect(requireAnswers(await gatewayWith(text))).rejects.toThrow(text);
  });

  test('if the response is not JSON', async () => {
    await expect(requireAnswers(await gatewayWith('<html>'))).rejects.toThrow();
  });

  test('if nothing listens', async () => {
    await expect(requireAnswers(await deadUrl())).rejects.toThrow();
  });
});

test('the first query is answered as it should be where each subgraph requires a token', async () => {
  await expect(
    requireAnswers(await gatewayWith(errors('UNAUTHENTICATED', 'UNAUTHENTICATED'))),
  ).resolves.toBeUndefined();
});
