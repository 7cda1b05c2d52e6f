import { readFileSync } from 'node:fs';
import * as accounts from '../support/graphql/accounts.ts';
import { untyped } from '../support/graphql/request.ts';
import { uniqueName } from '../support/systems/users.ts';
import { type Run, tokensOf, type Visitor } from './visit.ts';

/** What is asked of services that clients do not ask, by somebody who has their secrets, or nearly. */
export async function askNeighbours({ world, recorder, secrets }: Run, visitor: Visitor): Promise<void> {
  const { accessToken, refreshToken } = visitor;
  const token = readFileSync(world.secrets.imageServiceToken, 'utf8').trim();
  const data = secrets.images.first.toString('base64');
  const images = `${new URL(world.imageService).origin}/images/api/v1/images`;
  const whole = JSON.stringify({ data, contentType: 'image/png' });
  const json = { 'content-type': 'application/json' };
  const tokens = [{ 'x-api-private-token': token }, { 'private-token': token }, { 'x-api-private-token': `${token}x` }];
  const bodies = [
    ...[data, `{"data":"${data}`, JSON.stringify({ data: [data] }), JSON.stringify({ data: `${data}!` })],
    ...[JSON.stringify({ data, contentType: token }), JSON.stringify({ data: data.repeat(400) }), `${whole}${whole}`],
  ];
  for (const headers of tokens) {
    for (const body of bodies) await recorder.send(images, { method: 'POST', headers: { ...json, ...headers }, body });
    await recorder.send(`${images}/${'a'.repeat(24)}?token=${token}`, {
      method: 'PUT',
      headers: { ...json, ...headers },
      body: whole,
    });
    await recorder.send(images, { method: 'PATCH', headers, body: whole });
  }
  await recorder.send(images, { method: 'POST', headers: json, body: whole });

  const events = new URL('/events', world.resources).href;
  const secevent = { 'content-type': 'application/secevent+jwt' };
  const sent = [
    accessToken,
    refreshToken,
    `${accessToken}x`,
    accessToken.repeat(30),
    JSON.stringify({ token: accessToken }),
  ];
  for (const body of sent) await recorder.send(events, { method: 'POST', headers: secevent, body });
  await recorder.send(`${events}?token=${accessToken}`, { headers: { authorization: `Bearer ${accessToken}` } });
  await recorder.send(events, { method: 'POST', headers: json, body: accessToken });

  for (const path of ['/.well-known/jwks.json', '/health/ready'])
    await recorder.send(new URL(path, world.auth).href, {});

  const anyones = untyped(
    'query ($who: [_Any!]!) { _entities(representations: $who) { ... on User { resources { totalCount } } } }',
  );
  const whos = [
    [{ __typename: 'User', id: 'nobody' }],
    [{ __typename: 'User', id: accessToken }],
    accessToken,
    [[refreshToken]],
  ];
  for (const url of [world.resources, world.auth]) {
    for (const who of whos) await recorder.request(url, { query: anyones, variables: { who }, token: accessToken });
  }
}

/** Guesses at somebody's password until not even its owner may say it, whose account and session it gives. */
export async function guessTooOften({ world, recorder, secrets }: Run): Promise<Witness> {
  const { passwords } = secrets;
  const username = uniqueName();
  const guess = (password: string) =>
    recorder.request(world.gateway, { query: accounts.logIn, variables: { input: { username, password } } });
  const registration = { query: accounts.register, variables: { input: { username, password: passwords.next } } };
  const { accessToken, refreshToken } = tokensOf(await recorder.request(world.gateway, registration));
  for (let times = 0; times < 4; times += 1) await guess(passwords.wrong);
  await guess(passwords.next);
  const change = { currentPassword: passwords.next, newPassword: passwords.ada };
  await recorder.request(world.gateway, {
    query: accounts.changePassword,
    variables: { input: change },
    token: accessToken,
  });
  return { username, password: passwords.next, refreshToken };
}

/** Somebody to whom nothing more happens. */
export interface Witness {
  username: string;
  password: string;
  refreshToken: string;
}
