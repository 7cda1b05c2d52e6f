import sharp from 'sharp';
import { expect, test } from 'vitest';
import { deferred, errorResponse } from '../clients/typescript/testing/proxy.ts';
import { drawScene, scenes } from '../tests/corpus/fitting/scenes.ts';
import { describeInBrowser } from '../tests/support/chromium.ts';
import { fixture } from '../tests/support/files.ts';
import { resourceCount } from '../tests/support/graphql/documents.ts';
import { requireValue } from '../tests/support/graphql/request.ts';
import { eventually, give, logIn, setUpGallery, titlesOf, uploadOf } from './testing/gallery-page.ts';

const png = { name: 'four-colours.png', mimeType: 'image/png', buffer: fixture('four-colours.png') };
const named = (name: string) => ({ ...png, name });

const photo = async () => {
  const [scene = expect.fail('There is no scene.')] = scenes;
  const drawn = await drawScene(scene, { width: 2_000, height: 1_500 });
  return { name: 'IMG_2041.jpg', mimeType: 'image/jpeg', buffer: await drawn.jpeg({ quality: 97 }).toBuffer() };
};

describeInBrowser('uploads in the gallery', () => {
  const gallery = setUpGallery();

  test.each(['drop', 'paste'] as const)('are taken by %s', async (how) => {
    const page = await gallery.openAs(await gallery.system().signUp());
    await give(page, how, png);
    const picture = page.getByRole('img', { name: 'four-colours' });
    await eventually(() => picture.evaluate<number, { naturalWidth: number }>((image) => image.naturalWidth)).toBe(32);
    await eventually(() => page.getByRole('status').textContent()).toBe('Uploaded four-colours.png.');
    expect(await uploadOf(page, 'four-colours.png').textContent()).toMatch(/Stored as it is: \d+ bytes, 32 × 24\./);
  });

  test('a photo is made to fit before it is sent, and its line says what became of it', async () => {
    const { page, proxy } = await gallery.openBehindProxy(await gallery.system().signUp());
    const file = await photo();
    await give(page, 'drop', file);
    await eventually(() => uploadOf(page, file.name).textContent()).toMatch(
      /Made to fit before it was sent: [\d.]+ [kM]B became 3\d\d kB, 2000 × 1500\./,
    );
    const created = requireValue(proxy.seen.find(({ operation }) => operation === 'CreateResource'));
    const { image } = created.variables.input as { image: { data: string } };
    expect(Buffer.from(image.data, 'base64').length).toBeLessThanOrEqual(383_970);
    expect(await titlesOf(page)).toEqual(['IMG_2041']);
  });

  test('an image that the browser does not decode is made to fit by the server', async () => {
    const { page } = await gallery.openBehindProxy(await gallery.system().signUp());
    const tiff = await sharp(png.buffer).tiff().toBuffer();
    await give(page, 'drop', { name: 'scan.tiff', mimeType: 'image/tiff', buffer: tiff });
    await eventually(() => uploadOf(page, 'scan.tiff').textContent()).toMatch(
      /Made to fit by the server: .* became .*32 × 24, as (JPEG|PNG)\./,
    );
  });

  test('a file that is no image says so in its line, and the others are stored', async () => {
    const page = await gallery.openAs(await gallery.system().signUp());
    await give(page, 'drop', { ...named('text.png'), buffer: Buffer.from('no image') }, png);
    await eventually(() => titlesOf(page)).toEqual(['four-colours']);
    const line = uploadOf(page, 'text.png');
    await eventually(() => line.getByRole('alert').textContent()).toMatch(
      /damaged, or of a kind that cannot be stored/,
    );
    expect(await line.getByRole('button').allTextContents()).toEqual(['Close']);
    await line.getByRole('button', { name: 'Close' }).click();
    expect(await line.count()).toBe(0);
  });

  test('two are sent at a time, each with its progress', async () => {
    const { page, proxy } = await gallery.openBehindProxy(await gallery.system().signUp());
    const responses = [deferred(), deferred(), deferred()];
    proxy.next(
      responses.map(({ promise: after }) => ({ after })),
      'CreateResource',
    );
    const sent = async () => proxy.seen.filter(({ operation }) => operation === 'CreateResource').length;
    await give(page, 'drop', named('one.png'), named('two.png'), named('three.png'));
    await eventually(sent).toBe(2);
    const states = () => page.locator('#upload-list .state').allTextContents();
    await eventually(states).toEqual(['Being stored', 'Being stored', 'Waiting']);
    const bar = uploadOf(page, 'one.png').getByRole('progressbar');
    expect(await bar.evaluate<number, { position: number }>(({ position }) => position)).toBe(1);
    responses[0]?.resolve();
    await eventually(sent).toBe(3);
    responses[1]?.resolve();
    responses[2]?.resolve();
    await eventually(async () => (await titlesOf(page)).sort()).toEqual(['one', 'three', 'two']);
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });

  test('one whose response is lost is stored once, and a failed one can be tried again', async () => {
    const ada = await gallery.system().signUp();
    const { page, proxy } = await gallery.openBehindProxy(ada);
    proxy.next(['LOSE_RESPONSE', errorResponse('INTERNAL_SERVER_ERROR')], 'CreateResource');
    await page.evaluate(`addEventListener('error', (event) => event.preventDefault())`);
    await give(page, 'drop', png);
    await uploadOf(page, png.name).getByRole('button', { name: 'Try' }).click();
    await eventually(() => titlesOf(page)).toEqual(['four-colours']);
    expect((await ada.request.data(resourceCount)).resources?.totalCount).toBe(1);
  });

  test('one that is cancelled leaves no line', async () => {
    const { page, proxy } = await gallery.openBehindProxy(await gallery.system().signUp());
    const { promise: after, resolve } = deferred();
    proxy.next([{ after }], 'CreateResource');
    await give(page, 'drop', named('one.png'));
    await eventually(async () => proxy.seen.map(({ operation }) => operation)).toContain('CreateResource');
    await uploadOf(page, 'one.png').getByRole('button', { name: 'Cancel' }).click();
    resolve();
    expect(await page.locator('#uploads').isVisible()).toBe(false);
    await give(page, 'drop', named('two.png'));
    await eventually(() => titlesOf(page)).toContain('two');
  });

  test('a log-out ends them, and the next user sees nothing of them', async () => {
    const [ada, bob] = [await gallery.system().signUp(), await gallery.system().signUp()];
    const { page, proxy } = await gallery.openBehindProxy(ada);
    const responses = [deferred(), deferred()];
    proxy.next(
      responses.map(({ promise: after }) => ({ after })),
      'CreateResource',
    );
    const sent = async () => proxy.seen.filter(({ operation }) => operation === 'CreateResource').length;
    await give(page, 'drop', named('one.png'), named('two.png'), named('three.png'));
    await eventually(sent).toBe(2);
    await page.getByRole('button', { name: 'Log out' }).click();
    await logIn(page, bob);
    expect(await page.locator('#uploads').isVisible()).toBe(false);
    for (const { resolve } of responses) resolve();
    await give(page, 'drop', named('bobs.png'));
    await eventually(() => titlesOf(page)).toEqual(['bobs']);
    expect(await sent()).toBe(3);
    expect((await bob.request.data(resourceCount)).resources?.totalCount).toBe(1);
  });
});
