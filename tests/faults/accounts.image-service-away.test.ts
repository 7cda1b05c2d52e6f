import { expect, test } from 'vitest';
import { startAccountWorld, timeout, until } from './account-world.ts';
import { isTaken } from './checker.accounts.ts';
import { noFindings } from './checker.ts';
import { jpg, png } from './client.ts';
import { type FaultyProxy, faults, startFaultyProxy } from './faulty-proxy.ts';
import { servedSha256 } from './images-there.ts';
import { startResourcesProcess } from './processes.ts';
import { inDatabase, letTimePass, storeForeign } from './world.ts';

type Spoil = (proxy: FaultyProxy) => Promise<void> | void;

const ways: [name: string, spoil: Spoil][] = [
  ['refuses connections', (proxy) => proxy.refuse()],
  ['hangs', (proxy) => proxy.spoil('DELETE', faults.hangs)],
  ['resets connections', (proxy) => proxy.spoil('DELETE', faults['resets before it acts'])],
  ['answers 401', (proxy) => proxy.spoil('DELETE', faults['answers 401'])],
  ['answers 500', (proxy) => proxy.spoil('DELETE', faults['answers 500 and has not acted'])],
];

test.each(ways)(
  'a purge before an image service that %s takes rows away at once, and images later, although its process is killed',
  { timeout },
  async (_, spoil) => {
    const world = await startAccountWorld();
    const proxy = await startFaultyProxy(world.imageServiceUrl);
    const timing = { timeoutMs: 600, requestMs: 1_600, settleMs: 1_000 };
    const doomed = startResourcesProcess({ ...world.at, ...timing, imageServiceUrl: proxy.url });
    const accounts = await world.startAuth();
    const url = await doomed.url;
    world.deliverTo(url);
    world.told.foreign.push(await storeForeign(world.imageServiceUrl, png));
    const bob = await world.signUp(accounts, url, [jpg]);
    const { person, login } = await world.signUp(accounts, url, [png, jpg]);
    const images = world.told.successes.filter(({ ownerId }) => ownerId === person.told.id);

    await spoil(proxy);
    await accounts.deleteAccount(person, login);
    await until(() => expect(proxy.isSpoiling() && stateIn(world.at.file)).toEqual({ rows: 1, deleting: 2 }));
    expect(await isTaken(url, login.session.accessToken)).toBe(false);
    expect(await isTaken(url, bob.login.session.accessToken)).toBe(true);
    await doomed.kill();
    const before = attemptsIn(world.at.file);
    letTimePass(world.at.file);
    const again = await world.start({ ...timing, imageServiceUrl: proxy.url });
    await until(() => expect(attemptsIn(world.at.file)).toBeGreaterThan(before));
    expect(await Promise.all(images.map((image) => servedSha256(image.url)))).toEqual(
      images.map(({ sha256 }) => sha256),
    );

    await proxy.heal();
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

/** How often it was tried to delete images. */
const attemptsIn = (file: string) =>
  inDatabase(file, (database) => database.prepare('SELECT sum(attempts) FROM operations').pluck().get()) as number;
