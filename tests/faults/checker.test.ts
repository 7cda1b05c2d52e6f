import { expect, test } from 'vitest';
import { noFindings } from './checker.ts';
import { clientOf, isShown, jpg, png } from './client.ts';
import { tokenOf } from './keys.ts';
import { imageServiceToken } from './tokens.ts';
import { inDatabase, startWorld, storeForeign, type World } from './world.ts';

/** A world with two resources and somebody else's image, of which nothing is wrong; its resources have stopped. */
async function soundWorld() {
  const world = await startWorld();
  const { url, stop } = await world.start();
  const ada = clientOf(url, tokenOf('ada'), world.told);
  const [one, other] = [await ada.create({ picture: png, description: 'one' }), await ada.create({ picture: jpg })];
  if (!isShown(one) || !isShown(other)) throw new Error('There is no world to begin with.');
  const foreign = await storeForeign(world.imageServiceUrl, png);
  world.told.foreign.push(foreign);
  await stop();
  return { world, one, other, foreign };
}

const change = (world: World, statement: string, ...values: unknown[]) =>
  inDatabase(world.at.file, (database) => database.prepare(statement).run(...values));

async function atImageService(world: World, method: string, id: string, body?: object): Promise<void> {
  const headers = { 'x-api-private-token': imageServiceToken, 'content-type': 'application/json' };
  const url = `${world.imageServiceUrl}/images/api/v1/images/${id}`;
  const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  expect(response.status).toBe(204);
}

const imageIdOf = ({ image }: { image: { url: string } }) => image.url.split('/').at(-1) ?? '';
const otherBytes = { data: jpg.base64, contentType: 'image/jpeg' };

test('finds nothing where nothing is wrong', async () => {
  const { world } = await soundWorld();
  expect(await world.check(0)).toEqual(noFindings);
});

test('finds an orphan: an image that no resource refers to and nobody else put there', async () => {
  const { world } = await soundWorld();
  const { id } = await storeForeign(world.imageServiceUrl, png);
  expect(await world.check(0)).toEqual({ ...noFindings, orphans: [id] });
});

test('finds resources that dangle: without an image, and with another one', async () => {
  const { world, one, other } = await soundWorld();
  await atImageService(world, 'DELETE', imageIdOf(one));
  expect((await world.check(0)).dangling).toEqual([expect.stringContaining(`${one.id}: `)]);
  await atImageService(world, 'PUT', imageIdOf(other), { data: png.base64, contentType: 'image/png' });
  const { dangling, ...rest } = await world.check(0);
  expect(dangling.map((line) => line.slice(0, 36)).sort()).toEqual([one.id, other.id].sort());
  expect(rest).toMatchObject({ orphans: [], lost: [], foreignGone: [] });
});

test('finds a loss: a resource that a client was told of and that is not there', async () => {
  const { world, one } = await soundWorld();
  change(world, 'DELETE FROM resources WHERE id = ?', one.id);
  expect(await world.check(0)).toEqual({ ...noFindings, orphans: [imageIdOf(one)], lost: [`${one.id} is gone`] });
});

test('finds a loss: a resource whose deletion was told and that is there', async () => {
  const { world, one } = await soundWorld();
  world.told.deleted.push(one.id);
  expect((await world.check(0)).lost).toEqual([`${one.id} was deleted, and is there`]);
});

test('finds a loss: a change that was told and that the resource does not have', async () => {
  const { world, one, other } = await soundWorld();
  world.told.successes.push({ id: one.id, ownerId: 'ada', ...one.image, version: 2 });
  change(world, 'UPDATE resources SET sha256 = ? WHERE id = ?', jpg.sha256.replace(/./, 'x'), other.id);
  expect((await world.check(0)).lost).toEqual([
    `${one.id} has gone back from version 2 to 1`,
    expect.stringContaining(`${other.id} has bytes`),
  ]);
});

test('finds changes that nobody asked for, and bears those that somebody may have made', async () => {
  const { world, one, other } = await soundWorld();
  change(world, 'UPDATE resources SET version = 2 WHERE id = ?', one.id);
  expect((await world.check(0)).lost).toEqual([`${one.id} has version 2, which nobody asked for`]);
  world.told.unsure.push({ id: one.id, type: 'UPDATE' });
  expect((await world.check(0)).lost).toEqual([]);
  change(world, 'DELETE FROM resources WHERE id = ?', other.id);
  world.told.unsure.push({ id: other.id, type: 'DELETE' });
  expect((await world.check(0)).lost).toEqual([]);
});

test('finds images of somebody else that are gone or changed', async () => {
  const { world, foreign } = await soundWorld();
  await atImageService(world, 'PUT', foreign.id, otherBytes);
  expect(await world.check(0)).toEqual({ ...noFindings, foreignGone: [foreign.id] });
  await atImageService(world, 'DELETE', foreign.id);
  expect(await world.check(0)).toEqual({ ...noFindings, foreignGone: [foreign.id] });
});

test('finds a create that made two resources, and an operation that never ends', async () => {
  const { world, one, other } = await soundWorld();
  change(world, "UPDATE resources SET description = 'one' WHERE id = ?", other.id);
  change(
    world,
    `INSERT INTO operations (id, state, owner_id, image_id, started_at, settles_at, lease_token, lease_until, due_at)
     VALUES ('op', 'DELETING', 'ada', ?, 0, 0, '', 0, 0)`,
    imageIdOf(one),
  );
  expect(await world.check(50)).toEqual({ ...noFindings, twice: ['one'], open: ['DELETING op'] });
});
