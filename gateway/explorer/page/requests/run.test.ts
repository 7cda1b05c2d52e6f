import { expect, test } from 'vitest';
import { type GraphqlResponse, toExchange } from './exchange.ts';
import { createPageSession, type PageSession } from './page-session.ts';
import { createRun } from './run.ts';
import { accessTokenOf } from './testing/access-token.ts';

const rejected: GraphqlResponse = {
  data: null,
  errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'EXPIRED' } }],
};
const succeeded: GraphqlResponse = { data: { me: { id: '1' } } };
const first = accessTokenOf('ada', 1);
const second = accessTokenOf('ada', 2);

/** Logs in with a session of that id. */
async function logIn(session: PageSession, sessionId: string, expiresIn?: number) {
  const query = 'mutation { login { accessToken } }';
  const data = { login: { accessToken: accessTokenOf(sessionId, 1), refreshToken: `refresh-${sessionId}`, expiresIn } };
  const exchange = toExchange({ query, variables: {}, operationName: undefined }, { data });
  if (exchange) await session.apply(exchange);
}

/** Runs a query with Ada's rejected token, and `meanwhile` while the tokens are refreshed. */
async function runAsAda(meanwhile: (session: PageSession) => unknown, { expiresIn }: { expiresIn?: number } = {}) {
  const authorizations: unknown[] = [];
  const session = createPageSession({
    send: async <Data>() => {
      await meanwhile(session);
      return { refreshSession: { accessToken: second, refreshToken: 'refresh-2' } } as Data;
    },
    onChange: () => {},
  });
  await logIn(session, 'ada', expiresIn);
  const run = createRun({
    session,
    post: async (_, { Authorization }) => {
      authorizations.push(Authorization);
      const response = Authorization === `Bearer ${first}` ? rejected : succeeded;
      return { response, measures: { status: 200, durationMs: 1, sizeBytes: 1, cost: 1 } };
    },
  });
  const request = { query: '{ me { id } }', variables: {}, operationName: undefined };
  const { response } = await run(request, { Authorization: `Bearer ${first}` });
  return { response, authorizations };
}

test('a request whose token is rejected is sent again with a new one', async () => {
  expect(await runAsAda(() => {})).toEqual({
    response: succeeded,
    authorizations: [`Bearer ${first}`, `Bearer ${second}`],
  });
});

test('an expired token is refreshed before the request is sent', async () => {
  expect(await runAsAda(() => {}, { expiresIn: 0 })).toEqual({
    response: succeeded,
    authorizations: [`Bearer ${second}`],
  });
});

test.each([
  ['another user logs in', (session: PageSession) => logIn(session, 'grace')],
  ['Ada logs in again', (session: PageSession) => logIn(session, 'ada-again')],
  ['Ada logs out', (session: PageSession) => session.logOut()],
])('a request is not repeated with another log-in’s token when %s during the refresh', async (_, meanwhile) => {
  const expected = { response: rejected, authorizations: [`Bearer ${first}`] };
  expect(await runAsAda(meanwhile)).toEqual(expected);
  // An expired token is then sent as it is, and rejected.
  expect(await runAsAda(meanwhile, { expiresIn: 0 })).toEqual(expected);
});

test('the response is the rejection when the refresh fails', async () => {
  const failing = () => Promise.reject(new Error('The gateway cannot be reached.'));
  expect(await runAsAda(failing)).toEqual({ response: rejected, authorizations: [`Bearer ${first}`] });
});
