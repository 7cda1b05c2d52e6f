import { expect, test } from 'vitest';
import { clientOf, jpg, png, requireResource } from '../clients/resource-client.ts';
import { tokenOf } from '../processes/keys.ts';
import { imageServiceToken } from '../processes/settings.ts';
import { inDatabase, startWorld, storeForeign, type World } from '../world.ts';
import { noFindings } from './checker.ts';

/** Two resources and a foreign image, without a violation. The resources subgraph is stopped. */
async function consistentWorld() {
  const world = await startWorld();
  const { url, stop } = await world.start();
  const ada = clientOf(url, tokenOf('ada'), world.ledger);
  const one = requireResource(await ada.create({ picture: png, description: 'one' }));
  const other = requireResource(await ada.create({ picture: jpg }));
  const foreign = await storeForeign(world.imageServiceUrl, png);
  world.ledger.foreign.push(foreign);
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

test('reports nothing in a consistent system', async () => {
  const { world } = await consistentWorld();
  expect(await world.check(0)).toEqual(noFindings);
});

test('reports damage to the database', async () => {
  const { world } = await consistentWorld();
  inDatabase(world.at.file, (database) => {
    database.exec('CREATE TABLE broken (text); INSERT INTO broken VALUES (NULL)');
    database.unsafeMode().pragma('writable_schema = ON');
    database.exec("UPDATE sqlite_schema SET sql = 'CREATE TABLE broken (text NOT NULL)' WHERE name = 'broken'");
  });
  expect(await world.check(0)).toEqual({ ...noFindings, damaged: ['NULL value in broken.text'] });
});

test('reports an orphan: an image without a resource that is not foreign', async () => {
  const { world } = await consistentWorld();
  const { id } = await storeForeign(world.imageServiceUrl, png);
  expect(await world.check(0)).toEqual({ ...noFindings, orphans: [id] });
});

test('reports resources whose image is missing or has other bytes', async () => {
  const { world, one, other } = await consistentWorld();
  await atImageService(world, 'DELETE', imageIdOf(one));
  expect((await world.check(0)).dangling).toEqual([expect.stringContaining(`${one.id}: `)]);
  await atImageService(world, 'PUT', imageIdOf(other), { data: png.base64, contentType: 'image/png' });
  const { dangling, ...rest } = await world.check(0);
  expect(dangling.map((line) => line.slice(0, 36)).sort()).toEqual([one.id, other.id].sort());
  expect(rest).toMatchObject({ orphans: [], lost: [], foreignChanged: [] });
});

test('reports a lost resource: its create was confirmed, but it is missing', async () => {
  const { world, one } = await consistentWorld();
  change(world, 'DELETE FROM resources WHERE id = ?', one.id);
  expect(await world.check(0)).toEqual({ ...noFindings, orphans: [imageIdOf(one)], lost: [`${one.id} is missing`] });
});

test('reports a lost deletion: it was confirmed, but the resource exists', async () => {
  const { world, one } = await consistentWorld();
  world.ledger.deleted.push(one.id);
  expect((await world.check(0)).lost).toEqual([`${one.id} was deleted, but exists`]);
});

test('reports a lost update: it was confirmed, but the row has another version or other bytes', async () => {
  const { world, one, other } = await consistentWorld();
  world.ledger.successes.push({ id: one.id, ownerId: 'ada', ...one.image, version: 2 });
  change(world, 'UPDATE resources SET sha256 = ? WHERE id = ?', jpg.sha256.replace(/./, 'x'), other.id);
  expect((await world.check(0)).lost).toEqual([
    `${one.id} went back from version 2 to 1`,
    expect.stringContaining(`${other.id} has bytes`),
  ]);
});

test('reports changes that no client requested, and accepts uncertain ones', async () => {
  const { world, one, other } = await consistentWorld();
  change(world, 'UPDATE resources SET version = 2 WHERE id = ?', one.id);
  expect((await world.check(0)).lost).toEqual([`${one.id} has version 2, which no client requested`]);
  world.ledger.uncertain.push({ id: one.id, type: 'UPDATE' });
  expect((await world.check(0)).lost).toEqual([]);
  change(world, 'DELETE FROM resources WHERE id = ?', other.id);
  world.ledger.uncertain.push({ id: other.id, type: 'DELETE' });
  expect((await world.check(0)).lost).toEqual([]);
});

test('reports foreign images that were deleted or changed', async () => {
  const { world, foreign } = await consistentWorld();
  await atImageService(world, 'PUT', foreign.id, otherBytes);
  expect(await world.check(0)).toEqual({ ...noFindings, foreignChanged: [foreign.id] });
  await atImageService(world, 'DELETE', foreign.id);
  expect(await world.check(0)).toEqual({ ...noFindings, foreignChanged: [foreign.id] });
});

test('reports a create that made two resources, and an operation that never ends', async () => {
  const { world, one, other } = await consistentWorld();
  change(world, "UPDATE resources SET description = 'one' WHERE id = ?", other.id);
  change(
    world,
    `INSERT INTO operations (id, state, owner_id, image_id, started_at, settles_at, lease_token, lease_until, due_at)
     VALUES ('op', 'DELETING', 'ada', ?, 0, 0, '', 0, 0)`,
    imageIdOf(one),
  );
  expect(await world.check(50)).toEqual({ ...noFindings, twice: ['one'], open: ['DELETING op'] });
});
