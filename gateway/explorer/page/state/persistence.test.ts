import { describe, expect, test } from 'vitest';
import { redact } from './persistence.ts';

const redacted = (query: string, variables = '') => redact({ query, variables });

describe('a stored operation', () => {
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
  ])('has no secret in its variables: %s', (variables, stored) => {
    expect(
      redacted('mutation ($input: LoginInput!) { login(input: $input) { accessToken } }', variables).variables,
    ).toBe(stored);
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
  ])('has no secret in its query: %s', (query, empty) => {
    expect(redacted(query).query).not.toContain('hush');
    expect(redacted(query).query).toContain(empty);
  });

  test('has no variables if one of them is a secret', () => {
    const query =
      'mutation ($name: String!, $word: String!) { login(input: { username: $name, password: $word }) { accessToken } }';
    expect(redacted(query, '{"name":"ada","word":"hush"}').variables).toBe('');
  });

  test.each([100, 4_000])('has no image of %i characters', (length) => {
    const data = 'A'.repeat(length);
    const variables = JSON.stringify({ input: { title: 'A', image: { data } } });
    expect(redacted('{ me { id } }', variables).variables).toBe('{"input":{"title":"A","image":{"data":""}}}');
    const written = `mutation { createResource(input: { image: { data: "${data}" } }) { resource { id } } }`;
    expect(redacted(written).query).toBe(written.replace(data, ''));
    const inVariable = 'mutation ($photo: String!) { createResource(input: { image: { data: $photo } }) { a } }';
    expect(redacted(inVariable, JSON.stringify({ photo: data }))).toEqual({ query: inVariable, variables: '' });
  });

  test('is otherwise unchanged', () => {
    const query = 'query ($search: String = "hush") { resources(filter: { search: $search }) { totalCount } }';
    const variables = '{\n  "search": "password"\n}';
    expect(redacted(query, variables)).toEqual({ query, variables });
  });
});
