import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureSecrets } from '../../embedded/data-folder.ts';
import { hasProcFolder, residentMb } from '../../subgraphs/resources/testing/decoder-processes.ts';
import { temporaryFolder } from '../support/files.ts';
import { createResource, resourceCount } from '../support/graphql/documents.ts';
import { type FourProcesses, startFourProcesses } from '../support/systems/four-processes.ts';
import { type TestUser, usersAt } from '../support/systems/users.ts';

const timeout = 300_000;
const clients = 16;
const photosOfEach = 4;
/** Size of a photo of a phone, in bytes. */
const photoBytes = 12_000_000;

/** Eight times what may be in flight: bodies, their texts and JSON, and what V8 has not collected yet. */
const maxGrownMb = (8 * 64 * 2 ** 20) / 1e6;

const folder = temporaryFolder();
let system: FourProcesses;
let ada: TestUser;
beforeAll(async () => {
  system = await startFourProcesses({ folder: folder.path, secrets: ensureSecrets(`${folder.path}/secrets`) });
  ada = await usersAt(system.gateway).signUp();
}, timeout);
afterAll(async () => {
  await system?.end();
  folder.remove();
});

const variables = { input: { title: 'A photo', image: { data: null } } };
const part = (name: string) => `--x\r\ncontent-disposition: form-data; name="${name}"`;
const body = Buffer.concat([
  Buffer.from(`${part('operations')}\r\n\r\n${JSON.stringify({ query: String(createResource), variables })}\r\n`),
  Buffer.from(`${part('map')}\r\n\r\n{"0":["variables.input.image.data"]}\r\n`),
  Buffer.from(`${part('0')}; filename="photo.jpg"\r\n\r\n`),
  Buffer.alloc(photoBytes, 'a photo'),
  Buffer.from('\r\n--x--\r\n'),
]);

/** Sends a photo from an address of the client's own; resolves to the status and the code of the error. */
async function sendPhoto(localAddress: string): Promise<string> {
  const sending = request(system.gateway, {
    method: 'POST',
    agent: false,
    localAddress,
    headers: {
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': body.length,
      authorization: `Bearer ${ada.accessToken}`,
    },
  });
  const response = new Promise<string>((resolve, reject) => {
    sending.on('error', reject);
    sending.on('response', async (res) => {
      const { errors } = JSON.parse(await text(res)) as { errors: { extensions: { code: string } }[] };
      resolve(`${res.statusCode} ${errors[0]?.extensions.code}, Retry-After ${res.headers['retry-after']}`);
    });
  });
  sending.end(body);
  return response;
}

const served = '200 IMAGE_TOO_LARGE, Retry-After undefined';
const later = '503 SERVICE_UNAVAILABLE, Retry-After 2';

// Only Linux has an address of each client without being set up.
test.runIf(hasProcFolder)(
  '16 clients that send photos leave others their lists, and the processes their memory',
  { timeout },
  async () => {
    const peaks = () =>
      (['gateway', 'resources'] as const).map((name) => residentMb(system.processes[name].pid, 'peak'));
    const before = peaks();
    let isOver = false;
    const uploads = Array.from({ length: clients }, async (_, nth) => {
      const outcomes: string[] = [];
      while (outcomes.filter((outcome) => outcome === served).length < photosOfEach) {
        const outcome = await sendPhoto(`127.0.0.${nth + 10}`);
        outcomes.push(outcome);
        if (outcome !== served) await setTimeout(200);
      }
      return outcomes;
    });
    const lists = (async () => {
      const statuses: number[] = [];
      while (!isOver) statuses.push((await ada.request(resourceCount)).status);
      return statuses;
    })();
    const outcomes = (await Promise.all(uploads)).flat();
    isOver = true;
    expect(new Set(outcomes)).toEqual(new Set([served, later]));
    expect(new Set(await lists)).toEqual(new Set([200]));
    const grownMb = peaks().map((peak, at) => peak - (before[at] ?? 0));
    for (const megabytes of grownMb) expect(megabytes).toBeLessThan(maxGrownMb);
  },
);
