import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { formatKeyFileName } from '../../subgraphs/auth/tokens/key-file-name.ts';
import { listKeys, retireExpired, rotate } from '../../subgraphs/auth/tokens/rotation.ts';
import { folderOfTest } from '../support/files.ts';
import { resourceCount, viewer } from '../support/graphql/documents.ts';
import { requestTo } from '../support/graphql/request.ts';
import { startBusyClients } from '../support/systems/busy-clients.ts';
import { startRotatingSystem } from '../support/systems/rotating-system.ts';
import { usersAt } from '../support/systems/users.ts';
import { kidOf, publishedKids, signAsThief } from '../support/tokens.ts';

const times = { tokenSeconds: 3, marginSeconds: 1 };
const lookEveryMs = 200;
/** Strangers use up the one fetch for unknown keys, so that only the regular fetches bring the new key. */
const fetching = { refreshMs: 1_500, unknownKidMs: 3_600_000 };
/** Much longer than a scan of the folder and a fetch, also on a busy machine. */
const signsInSeconds = 8;
const invalidToken = { code: 'UNAUTHENTICATED', reason: 'INVALID' };

test('no request fails during a key rotation while strangers send tokens of unknown keys', async () => {
  const system = await startRotatingSystem({ folder: folderOfTest(), times, lookEveryMs, fetching });
  onTestFinished(() => system.stop());
  const at = { folder: system.signingKeys, ...times };
  const ada = await usersAt(system.gateway).signUp();
  const [first] = listKeys(at).keys;
  const old = kidOf(ada.accessToken);
  const pem = readFileSync(
    join(at.folder, formatKeyFileName({ signsFrom: first?.key.signsFrom ?? new Date(0), kid: old })),
    'utf8',
  );
  const stolen = signAsThief(pem, { like: ada.accessToken });
  const requestWithStolen = requestTo(system.resources, stolen);
  expect(await requestWithStolen.data(resourceCount)).toEqual({ resources: { totalCount: 0 } });

  const strangers = startStrangers({ url: system.resources, pem, like: ada.accessToken });
  await expect.poll(strangers.rejections).toBeGreaterThan(0);
  const clients = startBusyClients(system.gateway, 2);
  const countOf = (kid: string) => clients.results().byKid.get(kid) ?? 0;
  const waitForResponses = (kid: string, more: number) => {
    const least = countOf(kid) + more;
    return vi.waitFor(() => {
      expect(clients.results().failures).toEqual([]);
      expect(countOf(kid)).toBeGreaterThanOrEqual(least);
    }, 20_000);
  };
  await waitForResponses(old, 20);

  const { added } = rotate({ ...at, signsInSeconds });
  await expect.poll(() => publishedKids(system.auth)).toEqual([old, added.kid]);
  // Published before it signs.
  expect(countOf(added.kid)).toBe(0);
  await waitForResponses(added.kid, 1);
  await waitForResponses(old, 5);
  expect(retireExpired(at)).toEqual([]);
  expect(await requestWithStolen.data(resourceCount)).toEqual({ resources: { totalCount: 0 } });

  await expect.poll(() => retireExpired(at)).toMatchObject([{ kid: old }]);
  expect(await publishedKids(system.auth)).toEqual([added.kid]);
  expect(await requestTo(system.auth, stolen).error(viewer)).toEqual(invalidToken);
  await vi.waitFor(async () => expect(await requestWithStolen.error(resourceCount)).toEqual(invalidToken), 20_000);
  await waitForResponses(added.kid, 20);

  const { answered, byKid, failures } = await clients.stop();
  expect(failures).toEqual([]);
  expect([...byKid.keys()]).toEqual([old, added.kid]);
  expect(answered).toBeGreaterThan(100);
  expect(await strangers.stop()).toBeGreaterThan(20);
}, 180_000);

/** Sends tokens of unknown keys to resources, one after the other. All must be rejected. */
function startStrangers({ url, pem, like }: { url: string; pem: string; like: string }) {
  let rejections = 0;
  let isStopping = false;
  const run = async () => {
    while (!isStopping) {
      const token = signAsThief(pem, { like, kid: randomUUID() });
      expect(await requestTo(url, token).error(resourceCount)).toEqual(invalidToken);
      rejections += 1;
      await setTimeout(50);
    }
  };
  const running = run();
  // `stop` rethrows a failure.
  running.catch(() => {});
  return {
    rejections: () => rejections,
    stop: async () => {
      isStopping = true;
      await running;
      return rejections;
    },
  };
}
