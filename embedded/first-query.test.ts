import { describe, expect, onTestFinished, test } from 'vitest';
import { deadUrl, listen } from '../tests/support/http/servers.ts';
import { requireAnswers } from './first-query.ts';

/** The address of a gateway that answers with this text. */
async function answering(text: string): Promise<string> {
  const { url, stop } = await listen((_, res) => void res.end(text));
  onTestFinished(stop);
  return url;
}

const errors = (...codes: string[]) => JSON.stringify({ errors: codes.map((code) => ({ extensions: { code } })) });

describe('the first query is not answered as it should be', () => {
  test.each([
    ['where one subgraph is away', errors('UNAUTHENTICATED', 'SERVICE_UNAVAILABLE')],
    ['where both are away', errors('SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE')],
    ['where one has no part in it', errors('UNAUTHENTICATED')],
    ['where it is not valid', errors('GRAPHQL_VALIDATION_FAILED')],
    [
      'where something else goes wrong beside it',
      errors('UNAUTHENTICATED', 'UNAUTHENTICATED', 'INTERNAL_SERVER_ERROR'),
    ],
    ['where no token is asked for', '{"data":{"me":{"id":"1"},"resources":{"totalCount":0}}}'],
  ])('%s, and the answer is shown', async (_, text) => {
    await expect(requireAnswers(await answering(text))).rejects.toThrow(text);
  });

  test('where it is no JSON', async () => {
    await expect(requireAnswers(await answering('<html>'))).rejects.toThrow();
  });

  test('where nobody answers', async () => {
    await expect(requireAnswers(await deadUrl())).rejects.toThrow();
  });
});

test('the first query is answered as it should be where each subgraph asks for a token', async () => {
  await expect(requireAnswers(await answering(errors('UNAUTHENTICATED', 'UNAUTHENTICATED')))).resolves.toBeUndefined();
});
