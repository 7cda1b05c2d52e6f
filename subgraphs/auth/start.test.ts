import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAsk } from '../../tests/ask.ts';
import { captureLog } from '../../tests/captured-log.ts';
import { folderOfTest } from '../../tests/folder-of-test.ts';
import { startAuth } from './start.ts';
import { openSqliteUserStore } from './storage/sqlite.ts';

const { privateKey, publicKey: verificationKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const password = 'correct horse';

/** The subgraph alone, as the gateway asks it. */
async function start() {
  const { log, lines } = captureLog();
  const store = openSqliteUserStore(join(folderOfTest(), 'auth.sqlite'));
  const { url, stop } = await startAuth({
    store,
    tokens: {
      signingKey: { privateKey, verificationKey },
      issuer: 'https://auth.example',
      audience: 'https://api.example',
      clientId: 'test',
      lifetimeSeconds: 60,
    },
    bcrypt: { cost: 4, concurrency: 2 },
    listen: { host: '127.0.0.1', port: 0, portVariable: 'AUTH_PORT' },
    log,
  });
  onTestFinished(stop);
  const register = async (username: string) => {
    const document = 'mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }';
    const data = await createAsk(url).data<{ register: Registered }>(document, { input: { username, password } });
    return { ...data.register, ask: createAsk(url, data.register.accessToken) };
  };
  return { url, store, stop, log: lines, register };
}

interface Registered {
  accessToken: string;
  user: { id: string };
}

const entities =
  'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { username } } }';
const asUsers = (...ids: string[]) => ({ representations: ids.map((id) => ({ __typename: 'User', id })) });

describe('without a token that holds', () => {
  test.each([
    ['MISSING', undefined],
    ['INVALID', 'a.b.c'],
  ])('who asks for me is UNAUTHENTICATED, %s', async (reason, token) => {
    const { url } = await start();
    expect(await createAsk(url, token).refusal('{ me { id } }')).toEqual({ code: 'UNAUTHENTICATED', reason });
  });

  test('who asks for an entity is UNAUTHENTICATED, as the network is not trusted', async () => {
    const { url, register } = await start();
    const { user } = await register('ada');
    const answer = await createAsk(url)(entities, asUsers(user.id));
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason: 'MISSING' } }]);
    expect(answer.text).not.toContain('ada');
  });
});

test('as an entity each finds themselves, and nobody else', async () => {
  const { register } = await start();
  const ada = await register('ada');
  const eve = await register('eve');
  expect(await eve.ask.data(entities, asUsers(ada.user.id, eve.user.id, 'nobody'))).toEqual({
    _entities: [null, { username: 'eve' }, null],
  });
});

test('who registered and who logs in is given a bearer token and is told of themselves', async () => {
  const { url, register } = await start();
  const { user, ask } = await register('Ada');
  const document =
    'mutation ($input: LoginInput!) { login(input: $input) { tokenType expiresIn user { id username } } }';
  expect(await createAsk(url).data(document, { input: { username: 'ADA', password } })).toEqual({
    login: { tokenType: 'Bearer', expiresIn: 60, user: { id: user.id, username: 'Ada' } },
  });
  expect(await ask.data('{ me { id username createdAt } }')).toEqual({
    me: { id: user.id, username: 'Ada', createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) },
  });
});

test('no password and no token is in the log', async () => {
  const { register, url, log } = await start();
  const { accessToken, ask } = await register('ada');
  await ask('{ me { id } }');
  await createAsk(url)(`mutation { login(input: { username: "ada", password: "wrong ${password}" }) { expiresIn } }`);
  expect(log.filter(({ msg }) => msg === 'answered')).toHaveLength(3);
  const written = JSON.stringify(log);
  expect(written).not.toContain(password);
  expect(written).not.toContain(accessToken.slice(-40));
});

test('when it stops it lets go of its database', async () => {
  const { stop, store } = await start();
  expect(store.ping).not.toThrow();
  await stop();
  expect(store.ping).toThrow();
});
