import { expect, test } from 'vitest';
import { otherPassword, password } from './testing/accounts.ts';
import { startSubgraph } from './testing/subgraph.ts';

const tokenFields = '{ accessToken refreshToken }';
const wrongPassword = 'wrong horse';
const brokenPassword = 'a horse in a broken document';

test('the log contains no password and no token, whether requests succeed or fail', async () => {
  const { register, request, lines } = await startSubgraph({ limits: { failuresPerAccount: 3 } });
  const issued: string[] = [];
  const collect = (response: { data: Record<string, unknown> | null | undefined }) => {
    for (const tokens of Object.values(response.data ?? {})) issued.push(...Object.values(tokens ?? {}).map(String));
  };
  const { accessToken, refreshToken, request: asAda } = await register('ada');
  issued.push(accessToken, refreshToken);

  const logIn = `mutation ($input: LoginInput!) { login(input: $input) ${tokenFields} }`;
  const refresh = `mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) ${tokenFields} }`;
  const changePassword = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) ${tokenFields} }`;
  const deleteAccount =
    'mutation ($password: String!) { deleteAccount(input: { password: $password }) { deletedUserId } }';
  await asAda('{ me { id } sessions { id } }');
  collect(await request(logIn, { input: { username: 'ada', password } }));
  collect(await request(`mutation { login(input: { username: "ada", password: "${wrongPassword}" }) ${tokenFields} }`));
  collect(await request(refresh, { token: refreshToken }));
  await request(refresh, { token: accessToken });
  await request(logIn, { input: { username: 'ada', password: brokenPassword, more: 1 } });
  await request(logIn, { input: { username: 'ada', password: [brokenPassword] } });
  await request(`mutation { login("${brokenPassword}") }`);
  await request(`mutation { login(input: "${brokenPassword}") ${tokenFields} }`);
  await asAda(changePassword, { input: { currentPassword: wrongPassword, newPassword: otherPassword } });
  await asAda(changePassword, { input: { currentPassword: password, newPassword: 'password1' } });
  collect(await asAda(changePassword, { input: { currentPassword: password, newPassword: otherPassword } }));
  await request('mutation ($token: String!) { logout(input: { refreshToken: $token }) { loggedOut } }', { token: 'x' });
  for (const attempted of [wrongPassword, wrongPassword, wrongPassword, otherPassword])
    await asAda(deleteAccount, { password: attempted });

  expect(issued).toHaveLength(8);
  expect(lines.filter(({ msg }) => msg === 'answered').length).toBeGreaterThan(14);
  const logged = JSON.stringify(lines);
  const secrets = [password, otherPassword, wrongPassword, brokenPassword, 'password1', ...issued];
  // Only the end of a token, because many tokens share their beginning.
  expect(secrets.filter((secret) => logged.includes(secret.slice(-40)))).toEqual([]);
  expect(lines.filter(({ msg }) => msg === 'bug')).toEqual([]);
});
