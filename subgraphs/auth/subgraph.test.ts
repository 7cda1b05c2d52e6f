import { describe, expect, test } from 'vitest';
import { requestTextTo } from '../../tests/support/graphql/request.ts';
import { password } from './testing/accounts.ts';
import { startSubgraph } from './testing/subgraph.ts';

const entities =
  'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { username } } }';
const asUsers = (...ids: string[]) => ({ representations: ids.map((id) => ({ __typename: 'User', id })) });
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('without a valid token', () => {
  test.each([
    ['MISSING', undefined],
    ['INVALID', 'a.b.c'],
  ])('me is UNAUTHENTICATED, %s', async (reason, token) => {
    const { url } = await startSubgraph();
    expect(await requestTextTo(url, token).error('{ me { id } }')).toEqual({ code: 'UNAUTHENTICATED', reason });
  });

  test('entities are UNAUTHENTICATED, as the network is not trusted', async () => {
    const { request, register } = await startSubgraph();
    const { id } = await register('ada');
    const answer = await request(entities, asUsers(id));
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason: 'MISSING' } }]);
    expect(answer.text).not.toContain('ada');
  });
});

test('entities resolve to the own account only', async () => {
  const { register } = await startSubgraph();
  const ada = await register('ada');
  const eve = await register('eve');
  expect(await eve.request.data(entities, asUsers(ada.id, eve.id, 'unknown'))).toEqual({
    _entities: [null, { username: 'eve' }, null],
  });
});

test('register and login return a bearer token and the user', async () => {
  const { request, register } = await startSubgraph();
  const ada = await register('Ada');
  const document =
    'mutation ($input: LoginInput!) { login(input: $input) { tokenType expiresIn user { id username } } }';
  expect(await request.data(document, { input: { username: 'ADA', password } })).toEqual({
    login: { tokenType: 'Bearer', expiresIn: 60, user: { id: ada.id, username: 'Ada' } },
  });
  expect(await ada.request.data('{ me { id username createdAt } }')).toEqual({
    me: { id: ada.id, username: 'Ada', createdAt: instant },
  });
});
