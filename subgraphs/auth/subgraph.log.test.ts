import { expect, test } from 'vitest';
import { startSubgraph } from './testing/subgraph.ts';
import { otherPassword, password } from './testing/users.ts';

const pair = '{ accessToken refreshToken }';
const wrongPassword = 'wrong horse';
const brokenPassword = 'a horse in a broken document';

test('no password and no token is in the log, whatever is asked and whatever comes of it', async () => {
  const { register, ask, lines } = await startSubgraph({ limits: { failuresPerAccount: 3 } });
  const given: string[] = [];
  const keep = (answer: { data: Record<string, unknown> | null | undefined }) => {
    for (const tokens of Object.values(answer.data ?? {})) given.push(...Object.values(tokens ?? {}).map(String));
  };
  const { accessToken, refreshToken, ask: asAda } = await register('ada');
  given.push(accessToken, refreshToken);

  const logIn = `mutation ($input: LoginInput!) { login(input: $input) ${pair} }`;
  const refresh = `mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) ${pair} }`;
  const changePassword = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) ${pair} }`;
  const deleteAccount =
    'mutation ($password: String!) { deleteAccount(input: { password: $password }) { deletedUserId } }';
  await asAda('{ me { id } sessions { id } }');
  keep(await ask(logIn, { input: { username: 'ada', password } }));
  keep(await ask(`mutation { login(input: { username: "ada", password: "${wrongPassword}" }) ${pair} }`));
  keep(await ask(refresh, { token: refreshToken }));
  await ask(refresh, { token: accessToken });
  await ask(logIn, { input: { username: 'ada', password: brokenPassword, more: 1 } });
  await ask(logIn, { input: { username: 'ada', password: [brokenPassword] } });
  await ask(`mutation { login("${brokenPassword}") }`);
  await ask(`mutation { login(input: "${brokenPassword}") ${pair} }`);
  await asAda(changePassword, { input: { currentPassword: wrongPassword, newPassword: otherPassword } });
  await asAda(changePassword, { input: { currentPassword: password, newPassword: 'password1' } });
  keep(await asAda(changePassword, { input: { currentPassword: password, newPassword: otherPassword } }));
  await ask('mutation ($token: String!) { logout(input: { refreshToken: $token }) { loggedOut } }', { token: 'x' });
  for (const by of [wrongPassword, wrongPassword, wrongPassword, otherPassword])
    await asAda(deleteAccount, { password: by });

  expect(given).toHaveLength(8);
  expect(lines.filter(({ msg }) => msg === 'answered').length).toBeGreaterThan(14);
  const written = JSON.stringify(lines);
  const secrets = [password, otherPassword, wrongPassword, brokenPassword, 'password1', ...given];
  // Of a token the last letters: those before them are the same in many.
  expect(secrets.filter((secret) => written.includes(secret.slice(-40)))).toEqual([]);
  expect(lines.filter(({ msg }) => msg === 'bug')).toEqual([]);
});
