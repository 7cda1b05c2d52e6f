import { describe, expect, test } from 'vitest';
import { clientBefore, created, errorOf, id, image, imageUrl, soon } from '../testing/image-service-faults.ts';

describe('create throws IMAGE_SERVICE_UNAVAILABLE for a 201 response with', () => {
  const valid = { id, imageUrl, contentType: 'image/png' };
  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'created'],
    ['an array', [valid]],
    ['no expected field', {}],
    ['no id', { imageUrl }],
    ['an id that is null', { ...valid, id: null }],
    ['an id that is a number', { ...valid, id: 123_456_789_012 }],
    ['an empty id', { ...valid, id: '' }],
    ['an id of 23 characters', { ...valid, id: id.slice(1) }],
    ['an id of 25 characters', { ...valid, id: `${id}0` }],
    ['an id in upper case', { ...valid, id: id.toUpperCase() }],
    ['an id that is a path', { ...valid, id: '../../../../../../secret' }],
    ['an id with a line break', { ...valid, id: `${id}\n` }],
    ['no URL', { id }],
    ['a URL that is null', { ...valid, imageUrl: null }],
    ['an empty URL', { ...valid, imageUrl: '' }],
    ['a script', { ...valid, imageUrl: 'javascript:alert(1)' }],
    ['a script in upper case', { ...valid, imageUrl: 'JAVASCRIPT:alert(1)//http://x' }],
    ['a script after a space', { ...valid, imageUrl: ' javascript:alert(1)' }],
    ['data', { ...valid, imageUrl: 'data:text/html,hello' }],
    ['a file', { ...valid, imageUrl: 'file:///etc/passwd' }],
    ['a path', { ...valid, imageUrl: `/images/public/${id}` }],
    ['a URL without a scheme', { ...valid, imageUrl: '//images.example/1' }],
    ['a host alone', { ...valid, imageUrl: 'images.example/1' }],
    ['a URL of a scheme that only starts like HTTP', { ...valid, imageUrl: 'httpx://images.example/1' }],
    ['a scheme alone', { ...valid, imageUrl: 'https://' }],
  ])('%s', async (_, body) => {
    await errorOf((await clientBefore((_, res) => res.writeHead(201).end(JSON.stringify(body)))).create(image, soon()));
  });

  test.each(['', '{', '<html>', created.slice(0, -1), '\ufeff'])('no JSON: %j', async (body) => {
    await errorOf((await clientBefore((_, res) => res.writeHead(201).end(body))).create(image, soon()));
  });

  test.each([
    ['in white space', ` ${imageUrl}\n`],
    ['without slashes', 'https:images.example/1'],
    ['with backslashes', 'https:\\\\images.example\\1'],
    ['with a line break within', 'https://images.exa\nmple/1'],
  ])('an ambiguous URL: %s', async (_, strange) => {
    const body = JSON.stringify({ id, imageUrl: strange });
    const call = (await clientBefore((_, res) => res.writeHead(201).end(body))).create(image, soon());
    const outcome = await call.then(
      ({ url }) => url,
      () => 'rejected',
    );
    expect(['rejected', imageUrl]).toContain(outcome);
  });
});

test('create accepts unknown fields and any absolute http or https URL', async () => {
  for (const url of [imageUrl, 'http://127.0.0.1:4003/images/public/1', 'https://x.example/ü?a=b#c']) {
    const body = JSON.stringify({ id, imageUrl: url, _id: 7, nested: { id: 'x' } });
    const client = await clientBefore((_, res) => res.writeHead(201).end(body));
    expect(await client.create(image, soon())).toStrictEqual({ id, url });
  }
});
