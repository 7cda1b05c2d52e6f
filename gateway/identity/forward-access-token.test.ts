import { expect, onTestFinished, test } from 'vitest';
import { createPersonalAccessToken } from '../../platform/tokens/personal-access-token.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { listenAsSubgraph } from '../../tests/support/subgraphs/subgraph-client.ts';
import { post } from '../../tests/support/subgraphs/tiny-server.ts';
import { startGateway } from '../server.ts';
import { createHttpTransport } from '../subgraphs/http-transport.ts';
import { accessTokenWith, verifier } from '../testing/viewer.ts';

/** Starts a gateway in front of a subgraph that records the header of each call. */
async function startRecording(accessToken?: string) {
  const forwarded: (string | undefined)[] = [];
  const subgraph = await listenAsSubgraph((req, res) => {
    forwarded.push(req.headers.authorization);
    res.end('{"data":{"logout":null}}');
  });
  const transport = createHttpTransport(subgraph);
  const exchange = async () => (accessToken === undefined ? undefined : { accessToken, expiresIn: 300 });
  const { url, stop } = await startGateway({
    subgraphs: ['auth', 'resources'].map((name) => ({ name, transport, timeoutMs: 5_000, mutationTimeoutMs: 5_000 })),
    verifier,
    tokenExchange: { exchange, close: async () => {} },
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log: captureLog().log,
  });
  onTestFinished(stop);
  /** Sends a field that anybody may use, and returns what the subgraph gets. */
  return async (authorization: string) => {
    const query = 'mutation { logout(input: { refreshToken: "x" }) { loggedOut } }';
    await (await post(url, { query }, { authorization })).text();
    return forwarded.splice(0);
  };
}

test.each<[string, (token: string) => string]>([
  ['with Bearer', (token) => `Bearer ${token}`],
  ['with bearer and spaces', (token) => `bearer   ${token}`],
  ['after a tab', (token) => `Bearer\t${token}`],
  ['after a space and a tab', (token) => `Bearer \t${token}`],
  ['after a colon', (token) => `Bearer: ${token}`],
  ['in quotation marks', (token) => `Bearer "${token}"`],
  ['after Bearer twice', (token) => `Bearer Bearer ${token}`],
  ['beside another', (token) => `Bearer ${token} ${token}`],
  ['in upper case', (token) => `Bearer ${token.toUpperCase()}`],
  ['inside another token', (token) => `Bearer a.${token}.b`],
  ['of another scheme', (token) => `Basic ${token}`],
  ['without a scheme', (token) => token],
])('a personal access token %s that is not exchanged never reaches a subgraph', async (_, headerOf) => {
  const send = await startRecording();
  expect(await send(headerOf(createPersonalAccessToken()))).toEqual([undefined]);
});

test('a personal access token is replaced by the access token that it was exchanged for', async () => {
  const accessToken = accessTokenWith({ scope: 'resources:read' });
  const send = await startRecording(accessToken);
  expect(await send(`bearer  ${createPersonalAccessToken()}`)).toEqual([`Bearer ${accessToken}`]);
});

test('an access token is forwarded in one form, also if it could not be verified', async () => {
  const send = await startRecording();
  for (const token of [accessTokenWith(), 'a.b.c'])
    expect([await send(`Bearer ${token}`), await send(`bearer   ${token}`)]).toEqual([
      [`Bearer ${token}`],
      [`Bearer ${token}`],
    ]);
});
