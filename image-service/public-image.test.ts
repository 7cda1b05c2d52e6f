import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesOf, gif, png, startTestService } from './testing/service.ts';

const tagOf = (bytes: Buffer, type: string) => `"${createHash('sha256').update(bytes).digest('hex')}-${type}"`;

describe('GET <imageUrl>', () => {
  test('returns the bytes with exactly their type, without a token', async () => {
    const { store } = await startTestService();
    const { imageUrl, updatedAt } = await store();
    const response = await fetch(imageUrl);
    expect(response.status).toBe(200);
    expect(await bytesOf(response)).toEqual(gif);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/gif',
      'content-length': String(gif.length),
      'x-content-type-options': 'nosniff',
      etag: tagOf(gif, 'gif'),
      'cache-control': 'no-cache',
      'last-modified': new Date(updatedAt).toUTCString(),
      'content-security-policy': "default-src 'none'; sandbox",
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
  });

  test('returns bytes unchanged that are not of their type', async () => {
    const { store } = await startTestService({ checkBytes: false });
    const { imageUrl } = await store(Buffer.from('<script>alert(1)</script>'), 'image/png');
    const response = await fetch(imageUrl);
    expect(response.headers.get('Content-Type')).toBe('image/png');
    expect(await response.text()).toBe('<script>alert(1)</script>');
  });

  test('is at the public URL if one is set, with or without a trailing slash', async () => {
    const { store } = await startTestService({ publicUrl: 'https://images.example/here/' });
    const { id, imageUrl } = await store();
    expect(imageUrl).toBe(`https://images.example/here/images/public/${id}`);
  });
});

test('HEAD <imageUrl> returns the headers of GET', async () => {
  const { store } = await startTestService();
  const { imageUrl } = await store();
  const [get, head] = [await fetch(imageUrl), await fetch(imageUrl, { method: 'HEAD' })];
  const ofTheConnection = ['connection', 'keep-alive', 'date'];
  const headersOf = ({ headers }: Response) => [...headers].filter(([name]) => !ofTheConnection.includes(name));
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(headersOf(head)).toEqual(headersOf(get));
});

describe('If-None-Match', () => {
  const tag = tagOf(gif, 'gif');

  test.each([
    ['the tag', tag, 304],
    ['the tag as a weak one', `W/${tag}`, 304],
    ['a list that has the tag', `"other", W/"another",${tag}`, 304],
    ['a star', '*', 304],
    ['another tag', '"other"', 200],
    ['a list without the tag', '"other", W/"another"', 200],
    ['the tag without quotes', tag.replaceAll('"', ''), 200],
    ['nonsense', ',,"', 200],
  ])('with %s', async (_, value, status) => {
    const { store } = await startTestService();
    const { imageUrl } = await store();
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(imageUrl, { method, headers: { 'If-None-Match': value } });
      expect(response.status).toBe(status);
      expect(response.headers.get('ETag')).toBe(tag);
      expect(response.headers.get('Cache-Control')).toBe('no-cache');
      expect(await bytesOf(response)).toHaveLength(status === 200 && method === 'GET' ? gif.length : 0);
    }
  });

  test('with a star is 404 without an image', async () => {
    const { url } = await startTestService();
    const response = await fetch(`${url}/images/public/0123456789abcdef01234567`, {
      headers: { 'If-None-Match': '*' },
    });
    expect(response.status).toBe(404);
  });

  test('does not match after bytes or type have changed', async () => {
    const { store, call } = await startTestService({ checkBytes: false });
    const { id, imageUrl } = await store();
    const revalidate = (tag: string) => fetch(imageUrl, { headers: { 'If-None-Match': tag } });

    await call('PATCH', `/images/${id}`, { contentType: 'image/png' });
    expect((await revalidate(tag)).status).toBe(200);
    await call('PATCH', `/images/${id}`, { data: png.toString('base64') });
    expect((await revalidate(tagOf(gif, 'png'))).status).toBe(200);
    expect((await revalidate(tagOf(png, 'png'))).status).toBe(304);
  });
});
