import { expect, test } from 'vitest';
import { startAccountWorld, timeout, waitUntil } from './account-world.ts';
import { acceptsToken } from './checks/account-checker.ts';
import { noFindings } from './checks/checker.ts';
import { servedSha256 } from './checks/stored-images.ts';
import { jpg, png } from './clients/resource-client.ts';
import { type FaultyProxy, faults, startFaultyProxy } from './faulty-proxy.ts';
import { startResourcesProcess } from './processes/spawn.ts';
import { inDatabase, letTimePass, storeForeign } from './world.ts';

type InjectFault = (proxy: FaultyProxy) => Promise<void> | void;

const serviceFaults: [name: string, injectFault: InjectFault][] = [
  ['refuses connections', (proxy) => proxy.refuseConnections()],
  ['hangs', (proxy) => proxy.inject('DELETE', faults.hangs)],
  ['resets connections', (proxy) => proxy.inject('DELETE', faults['resets before it acts'])],
  ['answers 401', (proxy) => proxy.inject('DELETE', faults['answers 401'])],
  ['answers 500', (proxy) => proxy.inject('DELETE', faults['answers 500 and has not acted'])],
];

test.each(serviceFaults)(
  'a purge deletes rows at once and images later if the image service %s and the process is killed',
  { timeout },
  async (_, injectFault) => {
    const world = await startAccountWorld();
    const proxy = await startFaultyProxy(world.imageServiceUrl);
    const timing = { timeoutMs: 2_000, requestMs: 6_000, settleMs: 4_000 };
    const killable = startResourcesProcess({ ...world.at, ...timing, imageServiceUrl: proxy.url });
    const accounts = await world.startAuth();
    const url = await killable.url;
    world.deliverTo(url);
    world.ledger.foreign.push(await storeForeign(world.imageServiceUrl, png));
    const bob = await world.signUp(accounts, url, [jpg]);
    const { account, login } = await world.signUp(accounts, url, [png, jpg]);
    const images = world.ledger.successes.filter(({ ownerId }) => ownerId === account.record.id);

    await injectFault(proxy);
    await accounts.deleteAccount(account, login);
    await waitUntil(() => expect(proxy.hasFailed() && stateIn(world.at.file)).toEqual({ rows: 1, deleting: 2 }));
    expect(await acceptsToken(url, login.session.accessToken)).toBe(false);
    expect(await acceptsToken(url, bob.login.session.accessToken)).toBe(true);
    await killable.kill();
    const before = attemptsIn(world.at.file);
    letTimePass(world.at.file);
    const again = await world.start({ ...timing, imageServiceUrl: proxy.url });
    await waitUntil(() => expect(attemptsIn(world.at.file)).toBeGreaterThan(before));
    expect(await Promise.all(images.map((image) => servedSha256(image.url)))).toEqual(
      images.map(({ sha256 }) => sha256),
    );

    await proxy.restore();
    expect(await world.checkAll(again.url)).toEqual(noFindings);
    expect(stateIn(world.at.file)).toEqual({ rows: 1, deleting: 0 });
  },
);

const stateIn = (file: string) =>
  inDatabase(file, (database) =>
    database
      .prepare(
        `SELECT (SELECT count(*) FROM resources) AS rows,
           (SELECT count(*) FROM operations WHERE state = 'DELETING') AS deleting`,
      )
      .get(),
  );

/** How often the reconciler has tried to delete images. */
const attemptsIn = (file: string) =>
  inDatabase(file, (database) => database.prepare('SELECT sum(attempts) FROM operations').pluck().get()) as number;
