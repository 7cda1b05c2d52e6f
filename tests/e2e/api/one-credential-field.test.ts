import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import type { LogInMutationVariables } from '../../generated/graphql.ts';
import { logIn } from '../../support/graphql/accounts.ts';
import { type ResponseError, requestTo, untyped } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { type TestUser, uniqueName } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

/** Requests can go to the gateway, or directly to auth, which no gateway protects then. */
const places = ['gateway', 'auth'] as const;

const login = (username: string, password = 'wrong horse') =>
  `login(input: { username: "${username}", password: "${password}" }) { expiresIn }`;
const registering = (username: string) =>
  `register(input: { username: "${username}", password: "correct horse battery" }) { expiresIn }`;
const changing =
  'changePassword(input: { currentPassword: "wrong horse", newPassword: "another horse" }) { expiresIn }';
const deleting = 'deleteAccount(input: { password: "wrong horse" }) { deletedUserId }';

/** Operations with several fields that take a password. platform/graphql/document-limits/limit-root-fields.test.ts has more forms. */
const several: Record<string, (name: string) => string> = {
  'under two aliases': (name) => `mutation { a: ${login(name)} b: ${login(name)} }`,
  'in a fragment': (name) => `mutation { a: ${login(name)} ...A } fragment A on Mutation { b: ${login(name)} }`,
  'of two kinds': (name) => `mutation { ${registering(name)} ${login(name, 'correct horse battery')} }`,
  'of two other kinds': () => `mutation { ${changing} ${deleting} }`,
};

const oneOfThree = graphql(`
  mutation OneOfThree($input: RegisterInput!) {
    a: logout(input: { refreshToken: "none" }) { loggedOut }
    register(input: $input) { user { username } }
    b: logout(input: { refreshToken: "none" }) { loggedOut }
  }
`);

/** Untyped, because `graphql()` returns a single operation. */
const twoOperations = untyped(`
  mutation First($input: RegisterInput!) { register(input: $input) { expiresIn } }
  mutation Second($input: LoginInput!) { login(input: $input) { expiresIn } }
`);

/** A log-in as sent over HTTP. */
interface LogInRequest {
  query: string;
  variables: LogInMutationVariables;
}

describe.each(places)('sent to the %s', (place) => {
  test.each(Object.entries(several))(
    'rejects an operation with several fields that take a password, %s',
    async (_, write) => {
      const username = uniqueName();
      const answer = await requestTo(system[place], ada.accessToken)(untyped(write(username)));
      expect(answer.status).toBe(400);
      expect(answer.data).toBeUndefined();
      expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'GRAPHQL_VALIDATION_FAILED' }]);
      // No account was created, and no attempt was counted.
      const input = { username, password: 'correct horse battery' };
      expect(await requestTo(system[place]).error(logIn, { input })).toEqual({ code: 'INVALID_CREDENTIALS' });
    },
  );

  test.each([
    [
      'a list of operations',
      (logInRequest: LogInRequest) => ({ method: 'POST', body: JSON.stringify([logInRequest, logInRequest]) }),
    ],
    ['GET', undefined],
  ])('rejects a log-in sent by %s', async (_, init) => {
    const logInRequest: LogInRequest = {
      query: String(logIn),
      variables: { input: { username: uniqueName(), password: 'wrong horse' } },
    };
    const byGet = new URLSearchParams({ query: logInRequest.query, variables: JSON.stringify(logInRequest.variables) });
    const headers = { 'content-type': 'application/json', 'apollo-require-preflight': 'true' };
    const url = init ? system[place] : `${system[place]}?${byGet}`;
    const response = await fetch(url, { ...init?.(logInRequest), headers });
    expect([400, 405]).toContain(response.status);
    const { errors, data } = (await response.json()) as { errors: ResponseError[]; data?: unknown };
    expect(errors[0]?.extensions.code).toBe('BAD_REQUEST');
    expect(data).toBeUndefined();
  });

  test('accepts one such field beside other fields of a session', async () => {
    const input = { username: uniqueName(), password: 'correct horse battery' };
    expect(await requestTo(system[place]).data(oneOfThree, { input })).toMatchObject({
      register: { user: { username: input.username } },
    });
  });

  test('executes only the named one of two operations', async () => {
    const username = uniqueName();
    const body = {
      query: String(twoOperations),
      operationName: 'First',
      variables: { input: { username, password: 'correct horse battery' } },
    };
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(system[place], { method: 'POST', headers, body: JSON.stringify(body) });
    expect(Object.keys(((await response.json()) as { data: object }).data)).toEqual(['register']);
  });
});
