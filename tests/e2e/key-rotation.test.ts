import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ensureSecrets } from '../../embedded/data-folder.ts';
import { wholeSecond } from '../../subgraphs/auth/tokens/key-file-name.ts';
import { addKey, rescheduleKey } from '../../subgraphs/auth/tokens/key-folder.ts';
import { newKeyPair } from '../../subgraphs/auth/tokens/key-pair.ts';
import { listKeys } from '../../subgraphs/auth/tokens/rotation.ts';
import { folderOfTest } from '../support/files.ts';
import { viewer } from '../support/graphql/documents.ts';
import { requestTo } from '../support/graphql/request.ts';
import { startBusyClients } from '../support/systems/busy-clients.ts';
import { startFourProcesses } from '../support/systems/four-processes.ts';
import { runCommand } from '../support/systems/spawned.ts';
import { usersAt } from '../support/systems/users.ts';
import { kidOf, publishedKids, signAsThief } from '../support/tokens.ts';

const tokenSeconds = 5;
/** How much longer a key is accepted, as clocks may differ. */
const marginMs = 60_000;
/** Much longer than the five seconds between two scans of the folder by auth, also on a busy machine. */
const signsInSeconds = 20;

/** Runs `npm run keys` as an operator would, and gives its output. */
function keysCommand(folder: string) {
  return async (...args: string[]): Promise<string> => {
    const env = { SIGNING_KEYS_FOLDER: folder, ACCESS_TOKEN_SECONDS: String(tokenSeconds) };
    const command = runCommand(['npm', 'run', '--silent', 'keys', '--', ...args], env);
    const exitCode = await command.exitCode;
    expect({ exitCode, stderr: command.stderr() }).toEqual({ exitCode: 0, stderr: '' });
    return command.stdout();
  };
}

test('npm run keys rotates the key of four processes under load, and no request fails', async () => {
  const folder = folderOfTest();
  const signingKeys = join(folder, 'secrets', 'signing-keys');
  // A key that has been in use for an hour.
  addKey(signingKeys, { signsFrom: wholeSecond(Date.now() - 3_600_000), pair: newKeyPair(), mode: 0o600 });
  const secrets = ensureSecrets(join(folder, 'secrets'));
  const auth = { ACCESS_TOKEN_SECONDS: String(tokenSeconds), BCRYPT_COST: '10' };
  const system = await startFourProcesses({ folder, secrets, more: { auth } });
  onTestFinished(() => system.end());
  const keys = keysCommand(signingKeys);
  const ada = await usersAt(system.gateway).signUp();
  const old = kidOf(ada.accessToken);
  const oldPem = readFileSync(join(signingKeys, keyFile(signingKeys, old).name), 'utf8');
  const stolen = signAsThief(oldPem, { like: ada.accessToken });
  expect(await publishedKids(system.auth)).toEqual([old]);
  expect(await requestTo(system.gateway, stolen).data(viewer)).toEqual({ me: { id: ada.id, username: ada.username } });

  const clients = startBusyClients(system.gateway, 3);
  const countOf = (kid: string) => clients.results().byKid.get(kid) ?? 0;
  const waitForResponses = (kid: string, more: number) => {
    const least = countOf(kid) + more;
    return vi.waitFor(() => {
      expect(clients.results().failures).toEqual([]);
      expect(countOf(kid)).toBeGreaterThanOrEqual(least);
    }, 40_000);
  };
  await waitForResponses(old, 50);

  const said = await keys('rotate', '--signs-in', String(signsInSeconds));
  const [, next = '', from = ''] = /^(\S+) signs from (\S+) on\.\n$/.exec(said) ?? [];
  await expect.poll(() => publishedKids(system.auth)).toEqual([old, next]);
  // Published before it signs.
  expect(countOf(next)).toBe(0);

  await waitForResponses(next, 1);
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(from));
  // Tokens of the old key are still accepted.
  await waitForResponses(old, 5);
  const until = new Date(Date.parse(from) + tokenSeconds * 1_000 + marginMs).toISOString();
  expect(await keys('list')).toMatch(new RegExp(`^${old} +accepted until ${until} .*\n${next} +signing `, 'm'));
  expect(await keys('retire')).toBe('No key has expired: see list.\n');

  // Skips the minute for clock differences; what remains is the lifetime of the tokens.
  rescheduleKey(signingKeys, keyFile(signingKeys, next), new Date(Date.parse(from) - marginMs));
  await expect.poll(() => keys('retire')).toBe(`${old} is retired.\n`);
  await expect.poll(() => publishedKids(system.auth)).toEqual([next]);
  expect(await requestTo(system.gateway, stolen).error(viewer)).toEqual({
    code: 'UNAUTHENTICATED',
    reason: 'INVALID',
  });
  await waitForResponses(next, 50);

  const { answered, byKid, failures } = await clients.stop();
  expect(failures).toEqual([]);
  expect([...byKid.keys()]).toEqual([old, next]);
  expect(answered).toBeGreaterThan(200);
  // Resources fetched the new key once, when the first token of it arrived.
  const fetched = system.processes.resources.stdout().match(/"kids":\[.*?\].*keys fetched/g) ?? [];
  expect(fetched.slice(0, 2)).toEqual([
    expect.stringContaining(`"kids":["${old}"]`),
    expect.stringContaining(`"kids":["${old}","${next}"]`),
  ]);
  expect(await system.stop()).toEqual([0, 0, 0, 0]);
}, 240_000);

function keyFile(folder: string, kid: string) {
  const found = listKeys({ folder, tokenSeconds }).keys.find(({ key }) => key.kid === kid);
  if (!found) throw new Error(`There is no ${kid}.`);
  return found.key;
}
