import { expect, test } from 'vitest';
import { type Answer, toExchange } from './exchange.ts';
import { createRun } from './run.ts';
import { createSession, type Session } from './session.ts';

const expired: Answer = { data: null, errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'EXPIRED' } }] };
const done: Answer = { data: { me: { id: '1' } } };
const renewed: Answer = { data: { refreshSession: { accessToken: 'ada-2', refreshToken: 'refresh-2' } } };

/** Logs in as somebody whose access token is their name. */
function logIn(session: Session, accessToken: string, expiresIn?: number) {
  const query = 'mutation { login { accessToken } }';
  const data = { login: { accessToken, refreshToken: 'refresh-1', expiresIn } };
  const exchange = toExchange({ query, variables: {}, operationName: undefined }, { data });
  if (exchange) session.take(exchange);
}

/** Runs a query with Ada's token, which has expired; `meanwhile` something happens, while new tokens are awaited. */
async function runAsAda(meanwhile: (session: Session) => unknown, expiresIn?: number) {
  const sent: unknown[] = [];
  const session = createSession({
    ask: async () => {
      await meanwhile(session);
      return renewed;
    },
    onChange: () => {},
  });
  logIn(session, 'ada', expiresIn);
  const run = createRun({
    session,
    post: async (_, { Authorization }) => {
      sent.push(Authorization);
      return Authorization === 'Bearer ada' ? expired : done;
    },
  });
  const asked = { query: '{ me { id } }', variables: {}, operationName: undefined };
  const { answer } = await run(asked, { Authorization: 'Bearer ada' });
  return { answer, sent };
}

test('what is refused for an expired token is sent again with a new one', async () => {
  expect(await runAsAda(() => {})).toEqual({ answer: done, sent: ['Bearer ada', 'Bearer ada-2'] });
});

test('a token that is known to have expired is not sent', async () => {
  expect(await runAsAda(() => {}, 0)).toEqual({ answer: done, sent: ['Bearer ada-2'] });
});

test.each([
  ['somebody else has logged in', (session: Session) => logIn(session, 'grace')],
  ['Ada has logged in once more', (session: Session) => logIn(session, 'ada-once-more')],
  ['Ada has logged out', (session: Session) => session.logOut()],
])('where %s before the new token came, nothing is sent for another: the first answer stands', async (_, meanwhile) => {
  expect(await runAsAda(meanwhile)).toEqual({ answer: expired, sent: ['Bearer ada'] });
  // MissionContext to have expired, it is sent as it was meant, and refused.
  expect(await runAsAda(meanwhile, 0)).toEqual({ answer: expired, sent: ['Bearer ada'] });
});
