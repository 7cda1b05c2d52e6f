import { describe, expect, test } from 'vitest';
import { requestTextTo } from '../../tests/support/graphql/request.ts';
import { startSubgraph } from './testing/subgraph.ts';
import { password } from './testing/users.ts';

const entities =
  'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { username } } }';
const asUsers = (...ids: string[]) => ({ representations: ids.map((id) => ({ __typename: 'User', id })) });
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('without a token that holds', () => {
  test.each([
    ['MISSING', undefined],
    ['INVALID', 'a.b.c'],
  ])('who asks for me is UNAUTHENTICATED, %s', async (reason, token) => {
    const { url } = await startSubgraph();
    expect(await requestTextTo(url, token).error('{ me { id } }')).toEqual({ code: 'UNAUTHENTICATED', reason });
  });

  test('who asks for an entity is UNAUTHENTICATED, as the network is not trusted', async () => {
    const { ask, register } = await startSubgraph();
    const { id } = await register('ada');
    const answer = await ask(entities, asUsers(id));
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason: 'MISSING' } }]);
    expect(answer.text).not.toContain('ada');
  });
});

test('as an entity each finds themselves, and nobody else', async () => {
  const { register } = await startSubgraph();
  const ada = await register('ada');
  const eve = await register('eve');
  expect(await eve.ask.data(entities, asUsers(ada.id, eve.id, 'nobody'))).toEqual({
    _entities: [null, { username: 'eve' }, null],
  });
});

test('who registered and who logs in is given a bearer token and is told of themselves', async () => {
  const { ask, register } = await startSubgraph();
  const ada = await register('Ada');
  const document =
    'mutation ($input: LoginInput!) { login(input: $input) { tokenType expiresIn user { id username } } }';
  expect(await ask.data(document, { input: { username: 'ADA', password } })).toEqual({
    login: { tokenType: 'Bearer', expiresIn: 60, user: { id: ada.id, username: 'Ada' } },
  });
  expect(await ada.ask.data('{ me { id username createdAt } }')).toEqual({
    me: { id: ada.id, username: 'Ada', createdAt: instant },
  });
});
