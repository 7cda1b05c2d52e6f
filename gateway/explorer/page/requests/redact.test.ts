import { describe, expect, test } from 'vitest';
import { redact, redactToShare } from './redact.ts';

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

describe('an operation to share', () => {
  test.each([
    ['{ "input": { "username": "ada", "password": "hush" } }', '{"input":{"username":"ada","password":""}}'],
    ['{ "a": [{ "b": { "newPassword": "hush" } }] }', '{"a":[{"b":{"newPassword":""}}]}'],
    ['{ "tokens": ["hush", { "any": "hush" }] }', '{"tokens":["",{"any":""}]}'],
    ['{ "personalAccessToken": "hush", "PASSWORD": 123 }', '{"personalAccessToken":"","PASSWORD":""}'],
    ['{ "image": { "data": "hush", "fit": true } }', '{"image":{"data":"","fit":true}}'],
    [`{ "photo": "${'A'.repeat(1000)}" }`, '{"photo":""}'],
    ['{ "title": "password: hush", "first": 10, "none": null }', '{"title":"password: hush","first":10,"none":null}'],
  ])('has no secret in its variables: %s', (variables, shared) => {
    const result = redactToShare('query { me { id } }', JSON.parse(variables));
    expect(JSON.stringify(result?.variables)).toBe(shared);
  });

  test.each([
    ['{ a(password: "hush") }', '{ a(password: "") }'],
    ['{ a(input: { b: [{ refreshToken: """hush\n"hush" """ }] }) }', '{ a(input: { b: [{ refreshToken: "" }] }) }'],
    ['{ a(password: ["hush", { b: "hush" }]) }', '{ a(password: ["", { b: "" }]) }'],
    ['{ a(token: 1234, password: hush) }', '{ a(token: "", password: "") }'],
    ['query ($token: String = "hush") { a(b: $token) }', 'query ($token: String = "") { a(b: $token) }'],
    ['query ($p: I = { a: "hush" }) { a(password: $p) }', 'query ($p: I = { a: "" }) { a(password: $p) }'],
    ['# password: "hush"\n{ a(title: "é", password: "hush") }', '# password: ""\n{ a(title: "é", password: "") }'],
    ['{ a(image: { data: "hush" }, title: "kept") } # kept', '{ a(image: { data: "" }, title: "kept") } # kept'],
  ])('has no secret in its query: %s', (query, shared) => {
    expect(redactToShare(query, {})?.query).toBe(shared);
  });

  test('has no variable that a secret argument takes, under any name', () => {
    const query =
      'mutation ($n: String!, $w: String!, $i: I) { login(input: { username: $n, password: $w, data: [$i] }) { a } }';
    expect(redactToShare(query, { n: 'ada', w: 'hush', i: { any: ['hush'] } })).toEqual({
      query,
      variables: { n: 'ada', w: '', i: { any: [''] } },
    });
  });

  test('does not exist for a query with a syntax error', () => {
    expect(redactToShare('{ login(password: "hush', {})).toBeUndefined();
  });
});
