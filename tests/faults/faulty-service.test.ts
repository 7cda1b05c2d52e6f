import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { resourceCount, versionAndCount } from '../support/documents.ts';
import { noFindings } from './checker.ts';
import { type Client, clientOf, isShown, jpg, png, type Shown } from './client.ts';
import { type Fault, type FaultyProxy, faults, startFaultyProxy } from './faulty-proxy.ts';
import { tokenOf } from './keys.ts';
import { startWorld, storeForeign } from './world.ts';

type Spoil = (proxy: FaultyProxy, method: string) => Promise<void> | void;

const spoils: [name: string, spoil: Spoil][] = [
  ['refuses connections', (proxy) => proxy.refuse()],
  ...Object.entries(faults).map(([name, fault]: [string, Fault]): [string, Spoil] => [
    name,
    (proxy, method) => proxy.spoil(method, fault),
  ]),
];

/** Resources before a service that can be spoilt, with one resource and an image of somebody else's there. */
async function startSpoilable() {
  const world = await startWorld();
  const proxy = await startFaultyProxy(world.imageServiceUrl);
  world.told.foreign.push(await storeForeign(world.imageServiceUrl, png));
  const timing = { timeoutMs: 600, requestMs: 1_600, settleMs: 1_000 };
  const { url } = await world.start({ imageServiceUrl: proxy.url, ...timing });
  // Another process on the same database, which nothing is wrong with and which leaves settling to the first.
  const beside = await world.start({ timeoutMs: 10_000, requestMs: 20_000, reconcileEveryMs: 3_600_000 });
  const [ada, adaBeside] = [url, beside.url].map((each) => clientOf(each, tokenOf('ada'), world.told)) as [
    Client,
    Client,
  ];
  const resource = await adaBeside.create({ picture: png });
  if (!isShown(resource)) throw new Error(`There is nothing to begin with: ${resource.code}`);
  return { world, proxy, ada, adaBeside, resource };
}

const unavailable = { code: 'IMAGE_SERVICE_UNAVAILABLE' };

async function expectReads({ ask }: Client, resource: Shown, count = 1): Promise<void> {
  const { id, version } = resource;
  expect(await ask.data(versionAndCount, { id })).toEqual({
    resource: { id, version },
    resources: { totalCount: count },
  });
}

const atOnce = pLimit(7);

/** Runs a case before a service of each kind of fault, some at once, as most of it is waiting. */
async function beforeEach(run: (spoil: Spoil, name: string) => Promise<unknown>, kinds = spoils): Promise<void> {
  const outcomes = kinds.map(([name, spoil]) =>
    atOnce(() => run(spoil, name)).catch((cause: unknown) => {
      throw new Error(`Of a service that ${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }),
  );
  await Promise.all(outcomes);
}

test.each(['POST', 'PUT'])(
  'a create whose %s meets a fault is an error and leaves nothing, and succeeds later',
  (method) =>
    beforeEach(async (spoil) => {
      const { world, proxy, ada, adaBeside, resource } = await startSpoilable();
      await spoil(proxy, method);
      const input = { picture: png, description: 'wanted', idempotencyKey: 'the one' };
      expect(await ada.create(input)).toEqual(unavailable);
      expect(proxy.isSpoiling()).toBe(true);
      await expectReads(ada, resource);
      await proxy.heal();
      expect(await world.check()).toEqual(noFindings);
      expect(world.rowCount()).toBe(1);
      expect(isShown(await adaBeside.create(input))).toBe(true);
      expect(await world.check()).toEqual(noFindings);
      expect(world.rowCount()).toBe(2);
    }),
);

/** What has acted although it says otherwise, which the bytes tell at once. */
const foundOut = ['answers 500 and has acted', 'answers 201 without an id'];
/** What the service surely has not done, so that nobody need wait to know. */
const surelyOld = ['refuses connections', 'answers 401', 'answers 413', 'answers 429', 'answers 200 with HTML'];

test('a replacement that meets a fault is an error, or has succeeded, and leaves the old image or the new one', () =>
  beforeEach(async (spoil, name) => {
    const { world, proxy, ada, adaBeside, resource } = await startSpoilable();
    await spoil(proxy, 'PUT');
    const answer = await ada.update({ id: resource.id, picture: jpg });
    expect(proxy.isSpoiling()).toBe(true);
    if (foundOut.includes(name)) expect(answer).toMatchObject({ version: 2, image: { sha256: jpg.sha256 } });
    else {
      expect(answer).toEqual(unavailable);
      await expectReads(ada, resource);
    }
    await proxy.heal();
    if (!surelyOld.includes(name)) expect(await world.check()).toEqual(noFindings);
    const again = await adaBeside.update({ id: resource.id, picture: jpg });
    expect(again).toMatchObject({ image: { sha256: jpg.sha256 } });
    expect(await world.check()).toEqual(noFindings);
  }));

/** That an image is gone which is there cannot be told from one that is gone. */
const believable = spoils.filter(([name]) => name !== 'answers 404');

test('a deletion that meets a fault succeeds, and its image goes later', () =>
  beforeEach(async (spoil) => {
    const { world, proxy, ada, resource } = await startSpoilable();
    await spoil(proxy, 'DELETE');
    expect(await ada.delete(resource.id)).toBe(undefined);
    expect(proxy.isSpoiling()).toBe(true);
    expect(await ada.ask.data(resourceCount)).toEqual({ resources: { totalCount: 0 } });
    await proxy.heal();
    expect(await world.check()).toEqual(noFindings);
    expect(world.rowCount()).toBe(0);
  }, believable));
