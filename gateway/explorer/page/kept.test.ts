import { describe, expect, test } from 'vitest';
import { withoutSecrets } from './kept.ts';

const clean = (query: string, variables = '') => withoutSecrets({ query, variables });

describe('what is kept of an operation has', () => {
  test.each([
    [
      '{ "input": { "username": "ada", "password": "hush \\" hush" } }',
      '{ "input": { "username": "ada", "password": "" } }',
    ],
    ['{"currentPassword":"hush","newPassword" : "hush"}', '{"currentPassword":"","newPassword" : ""}'],
    ['{"refreshToken":"hush","first":10}', '{"refreshToken":"","first":10}'],
  ])('no secret in its variables: %s', (variables, kept) => {
    expect(clean('mutation ($input: LoginInput!) { login(input: $input) { accessToken } }', variables).variables).toBe(
      kept,
    );
  });

  test.each([
    ['mutation { login(input: { username: "ada", password: "hush" }) { accessToken } }', '""'],
    ['mutation { login(input: { username: "ada", password: """hush "hush" hush""" }) { accessToken } }', '""'],
    ['mutation { logout(input: { refreshToken:"hush" }) { loggedOut } }', '""'],
  ])('no secret in its text: %s', (query, empty) => {
    expect(clean(query).query).not.toContain('hush');
    expect(clean(query).query).toContain(empty);
  });

  test('no variable at all where one of them is a secret by itself', () => {
    const query =
      'mutation ($name: String!, $word: String!) { login(input: { username: $name, password: $word }) { accessToken } }';
    expect(clean(query, '{"name":"ada","word":"hush"}').variables).toBe('');
  });

  test('no image', () => {
    const variables = JSON.stringify({ input: { title: 'A', image: { data: 'A'.repeat(4_000) } } });
    expect(clean('{ me { id } }', variables).variables).toBe('{"input":{"title":"A","image":{"data":""}}}');
  });

  test('everything else', () => {
    const query = 'query ($search: String) { resources(filter: { search: $search }) { totalCount } }';
    const variables = '{\n  "search": "password"\n}';
    expect(clean(query, variables)).toEqual({ query, variables });
  });
});
