import { describe, expect, test } from 'vitest';
import { withoutSecrets } from './persistence.ts';

const clean = (query: string, variables = '') => withoutSecrets({ query, variables });

describe('what is kept of an operation has', () => {
  test.each([
    [
      '{ "input": { "username": "ada", "password": "hush \\" hush" } }',
      '{ "input": { "username": "ada", "password": "" } }',
    ],
    ['{"currentPassword":"hush","newPassword" : "hush"}', '{"currentPassword":"","newPassword" : ""}'],
    ['{"refreshToken":"hush","first":10}', '{"refreshToken":"","first":10}'],
    ['{"password": /* as ever */ "hush"}', '{"password": /* as ever */ ""}'],
    ['{ "input": {\n  "password": "hu\n} }', '{ "input": {\n  "password": ""\n} }'],
    ['{ "input": { "password": "hush \\', '{ "input": { "password": ""\\'],
  ])('no secret in its variables: %s', (variables, kept) => {
    expect(clean('mutation ($input: LoginInput!) { login(input: $input) { accessToken } }', variables).variables).toBe(
      kept,
    );
  });

  test.each([
    ['mutation { login(input: { username: "ada", password: "hush" }) { accessToken } }', '""'],
    ['mutation { login(input: { username: "ada", password: """hush "hush" hush""" }) { accessToken } }', '""'],
    ['mutation { logout(input: { refreshToken:"hush" }) { loggedOut } }', '""'],
    ['mutation { login(input: { password: # as ever\n "hush" }) { accessToken } }', '""'],
    ['mutation { login(input: { password: """a \\""" hush""" }) { accessToken } }', '""'],
    ['mutation { login(input: { username: "ada", password: "hush', '""'],
    ['mutation { login(input: { username: "ada", password: """\n"hush"\n', '""'],
    ['mutation ($p: String! = "hush") { login(input: { password: $p }) { accessToken } }', '""'],
    ['mutation ($p: String! = "hush', '""'],
    ['query ($p: String! = """hush""") { login(input: { password: $p }) { accessToken } }', '""'],
  ])('no secret in its text: %s', (query, empty) => {
    expect(clean(query).query).not.toContain('hush');
    expect(clean(query).query).toContain(empty);
  });

  test('no variable at all where one of them is a secret by itself', () => {
    const query =
      'mutation ($name: String!, $word: String!) { login(input: { username: $name, password: $word }) { accessToken } }';
    expect(clean(query, '{"name":"ada","word":"hush"}').variables).toBe('');
  });

  test.each([100, 4_000])('no image, be it of %i letters', (letters) => {
    const data = 'A'.repeat(letters);
    const variables = JSON.stringify({ input: { title: 'A', image: { data } } });
    expect(clean('{ me { id } }', variables).variables).toBe('{"input":{"title":"A","image":{"data":""}}}');
    const written = `mutation { createResource(input: { image: { data: "${data}" } }) { resource { id } } }`;
    expect(clean(written).query).toBe(written.replace(data, ''));
    const inVariable = 'mutation ($photo: String!) { createResource(input: { image: { data: $photo } }) { a } }';
    expect(clean(inVariable, JSON.stringify({ photo: data }))).toEqual({ query: inVariable, variables: '' });
  });

  test('everything else', () => {
    const query = 'query ($search: String = "hush") { resources(filter: { search: $search }) { totalCount } }';
    const variables = '{\n  "search": "password"\n}';
    expect(clean(query, variables)).toEqual({ query, variables });
  });
});
