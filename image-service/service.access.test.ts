import { describe, expect, test } from 'vitest';
import { errorOf, exchange, noImage, startTestService, TOKEN } from './testing/service.ts';

describe('the token', () => {
  const privateCalls = [
    'GET /images',
    'POST /images',
    ...['GET', 'PUT', 'PATCH', 'DELETE'].map((it) => `${it} /images/${noImage}`),
  ];

  test.each(privateCalls)('is required by %s', async (call) => {
    const { api } = await startTestService();
    const [method = '', path = ''] = call.split(' ');
    const without = await fetch(`${api}${path}`, { method });
    expect([without.status, await without.json()]).toEqual([401, errorOf(401)]);
    const wrong = await fetch(`${api}${path}`, { method, headers: { 'X-API-Private-Token': `${TOKEN}.` } });
    expect([wrong.status, await wrong.json()]).toEqual([403, errorOf(403)]);
  });

  test.each([
    ['X-API-Private-Token', TOKEN, 200],
    ['PRIVATE-TOKEN', TOKEN, 200],
    ['x-api-private-token', TOKEN, 200],
    ['PRIVATE-TOKEN', 'wrong', 403],
    ['X-API-Private-Token', '', 401],
    ['Authorization', `Bearer ${TOKEN}`, 401],
  ])('in the header %s, %j, is answered with %i', async (name, value, status) => {
    const { api } = await startTestService();
    expect((await fetch(`${api}/images`, { headers: { [name]: value } })).status).toBe(status);
  });

  test('is checked before the body is read', async () => {
    const { api } = await startTestService();
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '1000' };
    const { status } = await exchange(`${api}/images`, { method: 'POST', headers, body: '{', isUnfinished: true });
    expect(status).toBe(401);
  });

  test('is checked before path and method, which so stay hidden', async () => {
    const { api } = await startTestService();
    expect((await fetch(`${api}/nothing`)).status).toBe(401);
    expect((await fetch(`${api}/images`, { method: 'PUT' })).status).toBe(401);
  });
});
