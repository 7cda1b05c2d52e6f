import pLimit from 'p-limit';
import { expect, test, vi } from 'vitest';
import { resourceCount, versionAndCount } from '../support/graphql/documents.ts';
import { noFindings } from './checks/checker.ts';
import {
  type Client,
  clientOf,
  isResource,
  jpg,
  png,
  requireResource,
  type StoredResource,
} from './clients/resource-client.ts';
import { type Fault, type FaultyProxy, faults, startFaultyProxy } from './faulty-proxy.ts';
import { tokenOf } from './processes/keys.ts';
import { longTimeouts, startWorld, storeForeign } from './world.ts';

type InjectFault = (proxy: FaultyProxy, method: string) => Promise<void> | void;

const serviceFaults: [name: string, inject: InjectFault][] = [
  ['refuses connections', (proxy) => proxy.refuseConnections()],
  ...Object.entries(faults).map(([name, fault]: [string, Fault]): [string, InjectFault] => [
    name,
    (proxy, method) => proxy.inject(method, fault),
  ]),
];

/** Starts resources behind a proxy for faults, with one resource and a foreign image. */
async function startWithFaultyService() {
  const world = await startWorld();
  const proxy = await startFaultyProxy(world.imageServiceUrl);
  world.ledger.foreign.push(await storeForeign(world.imageServiceUrl, png));
  // Wide enough for a busy machine, and longer together than the proxy's late answers.
  const timing = { timeoutMs: 2_000, requestMs: 6_000, settleMs: 4_000 };
  const { url } = await world.start({ imageServiceUrl: proxy.url, ...timing });
  // A second server on the same database, whose image service works and which leaves recovery to the first.
  const beside = await world.start({ ...longTimeouts, reconcileEveryMs: 3_600_000 });
  const [ada, adaBeside] = [url, beside.url].map((each) => clientOf(each, tokenOf('ada'), world.ledger)) as [
    Client,
    Client,
  ];
  const resource = requireResource(await adaBeside.create({ picture: png }));
  return { world, proxy, ada, adaBeside, resource };
}

const unavailable = { code: 'IMAGE_SERVICE_UNAVAILABLE' };

async function expectReads({ request }: Client, resource: StoredResource, count = 1): Promise<void> {
  const { id, version } = resource;
  expect(await request.data(versionAndCount, { id })).toEqual({
    resource: { id, version },
    resources: { totalCount: count },
  });
}

const limit = pLimit(7);

/** Runs a case with each fault, several at a time, as a case mostly waits. */
async function forEachFault(
  run: (inject: InjectFault, name: string) => Promise<unknown>,
  kinds = serviceFaults,
): Promise<void> {
  const outcomes = kinds.map(([name, inject]) =>
    limit(() => run(inject, name)).catch((cause: unknown) => {
      throw new Error(`An image service that ${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }),
  );
  await Promise.all(outcomes);
}

test.each(['POST', 'PUT'])(
  'a create whose %s fails is answered with an error, leaves nothing, and succeeds when it is repeated',
  (method) =>
    forEachFault(async (inject) => {
      const { world, proxy, ada, adaBeside, resource } = await startWithFaultyService();
      await inject(proxy, method);
      const input = { picture: png, description: 'wanted', idempotencyKey: 'the one' };
      expect(await ada.create(input)).toEqual(unavailable);
      expect(proxy.hasFailed()).toBe(true);
      await expectReads(ada, resource);
      await proxy.restore();
      expect(await world.check()).toEqual(noFindings);
      expect(world.rowCount()).toBe(1);
      expect(isResource(await adaBeside.create(input))).toBe(true);
      expect(await world.check()).toEqual(noFindings);
      expect(world.rowCount()).toBe(2);
    }),
);

/** Faults after which the stored bytes show at once that the call has acted. */
const detected = ['answers 500 and has acted', 'answers 201 without an id'];
/** Faults after which the call has surely not acted, so that no recovery is needed. */
const surelyUnchanged = ['refuses connections', 'answers 401', 'answers 413', 'answers 429', 'answers 200 with HTML'];

test('a replacement that fails is answered with an error, or succeeds, and leaves the old image or the new one', () =>
  forEachFault(async (inject, name) => {
    const { world, proxy, ada, adaBeside, resource } = await startWithFaultyService();
    await inject(proxy, 'PUT');
    const answer = await ada.update({ id: resource.id, picture: jpg });
    expect(proxy.hasFailed()).toBe(true);
    if (detected.includes(name)) expect(answer).toMatchObject({ version: 2, image: { sha256: jpg.sha256 } });
    else {
      expect(answer).toEqual(unavailable);
      await expectReads(ada, resource);
    }
    await proxy.restore();
    if (!surelyUnchanged.includes(name)) expect(await world.check()).toEqual(noFindings);
    const again = await adaBeside.update({ id: resource.id, picture: jpg });
    expect(again).toMatchObject({ image: { sha256: jpg.sha256 } });
    expect(await world.check()).toEqual(noFindings);
  }));

/** A false 404 cannot be distinguished from a true one. */
const distinguishable = serviceFaults.filter(([name]) => name !== 'answers 404');

test('a deletion succeeds although its image cannot be deleted, and the image is deleted later', () =>
  forEachFault(async (inject) => {
    const { world, proxy, ada, resource } = await startWithFaultyService();
    await inject(proxy, 'DELETE');
    expect(await ada.delete(resource.id)).toBe(undefined);
    await vi.waitFor(() => expect(proxy.hasFailed()).toBe(true), 30_000);
    expect(await ada.request.data(resourceCount)).toEqual({ resources: { totalCount: 0 } });
    await proxy.restore();
    expect(await world.check()).toEqual(noFindings);
    expect(world.rowCount()).toBe(0);
  }, distinguishable));
