import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { imageServiceEnvironment } from './environment.ts';
import { type ApiImage, aGif, asJson, startTestService, TOKEN, temporaryFolder } from './testing/service.ts';

// Processes start slowly on a busy machine.
const processes = { timeout: 60_000 };
const root = fileURLToPath(new URL('..', import.meta.url));

/** Starts the process with these variables only. */
function run(env: NodeJS.ProcessEnv, ...args: string[]) {
  const { PATH } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'image-service/main.ts', ...args], {
    cwd: root,
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Waits for the end of a process. */
async function outcomeOf(child: ReturnType<typeof run>) {
  const [[code], stdout, stderr] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { code, stdout, lines: stderr.split('\n').filter((line) => line !== '') };
}

/** The variables that a start requires. */
async function completeEnvironment() {
  const folder = await temporaryFolder();
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `\n  ${TOKEN}\n`);
  return { IMAGE_SERVICE_PORT: '0', IMAGE_SERVICE_FOLDER: join(folder, 'images'), IMAGE_SERVICE_TOKEN_FILE: tokenFile };
}

describe('the process', processes, () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('serves until %s and exits with 0', async (signal) => {
    const child = run(await completeEnvironment());
    const lines: string[] = [];
    const logged = createInterface(child.stdout).on('line', (line) => lines.push(line));
    await once(logged, 'line');
    const { url } = JSON.parse(lines[0] ?? '');

    const stored = { method: 'POST', headers: asJson, body: JSON.stringify(aGif) };
    const response = await fetch(`${url}/images/api/v1/images`, stored);
    const { imageUrl } = (await response.json()) as ApiImage;
    expect((await fetch(imageUrl)).status).toBe(200);

    child.kill(signal);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([0, null]);
    const events = lines.map((line) => JSON.parse(line).event);
    expect(events.sort()).toEqual(['listening', 'request', 'request', 'stopped', 'stopping']);
    expect(lines.join('')).not.toContain(TOKEN);
  });

  test('serves for SHUTDOWN_DELAY_MS after a signal, without being ready', async () => {
    const child = run({ ...(await completeEnvironment()), SHUTDOWN_DELAY_MS: '600000' });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const { url } = JSON.parse((await lines.next()).value);
    child.kill('SIGTERM');
    expect(JSON.parse((await lines.next()).value)).toMatchObject({ event: 'stopping' });
    const ready = await fetch(`${url}/health/ready`);
    const image = { method: 'POST', headers: asJson, body: JSON.stringify(aGif) };
    const stored = await fetch(`${url}/images/api/v1/images`, image);
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    expect([stored.status, stored.headers.get('connection')]).toEqual([201, 'close']);
  });

  test('exits with 0 after SHUTDOWN_DELAY_MS', async () => {
    const child = run({ ...(await completeEnvironment()), SHUTDOWN_DELAY_MS: '200' });
    await once(createInterface(child.stdout), 'line');
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  test('cuts off requests after SHUTDOWN_GRACE_MS, logs their number and exits with 1', async () => {
    const child = run({ ...(await completeEnvironment()), SHUTDOWN_GRACE_MS: '50' });
    const lines: string[] = [];
    const logged = createInterface(child.stdout).on('line', (line) => lines.push(line));
    await once(logged, 'line');
    const headers = { ...asJson, Expect: '100-continue' };
    const sending = request(`${JSON.parse(lines[0] ?? '').url}/images/api/v1/images`, { method: 'POST', headers });
    sending.on('error', () => {}).flushHeaders();
    await once(sending, 'continue');
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([1, null]);
    const cutOff = { event: 'requests cut off', requestsCutOff: 1, graceMs: 50 };
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining(cutOff));
  });

  test('rejects unknown arguments with the help', async () => {
    const { code, stdout, lines } = await outcomeOf(run(await completeEnvironment(), '--port', '1'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(lines[0]).toBe('Unknown argument: --port 1');
    expect(lines.join()).toContain('IMAGE_SERVICE_PORT');
  });
});

describe('the environment', processes, () => {
  test('reports all missing variables together, empty ones too', async () => {
    const { code, stdout, lines } = await outcomeOf(run({ IMAGE_SERVICE_FOLDER: '' }));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(lines).toEqual([
      expect.stringMatching(/^IMAGE_SERVICE_FOLDER is missing; set it: Folder/),
      expect.stringMatching(/^IMAGE_SERVICE_TOKEN_FILE is missing; set it: Path/),
    ]);
  });

  test('reports all malformed variables together', async () => {
    const env = {
      IMAGE_SERVICE_PORT: '65536',
      IMAGE_SERVICE_PUBLIC_URL: 'images',
      IMAGE_SERVICE_TOKEN_FILE: '/nowhere',
    };
    const { code, lines } = await outcomeOf(run(env));
    expect(code).toBe(1);
    expect(lines).toEqual([
      'IMAGE_SERVICE_PORT must be a whole number from 0 to 65535',
      expect.stringMatching(/^IMAGE_SERVICE_PUBLIC_URL must be an absolute http or https URL/),
      expect.stringMatching(/^IMAGE_SERVICE_FOLDER is missing/),
      expect.stringMatching(/^IMAGE_SERVICE_TOKEN_FILE names a file that cannot be read/),
    ]);
  });

  test.each(['http://localhost:4003', 'http://images.localhost', 'ftp://127.0.0.1', 'http://127.0.0.1?x', '127.0.0.1'])(
    'rejects the public URL %s',
    (url) => {
      const { error } = imageServiceEnvironment.shape.IMAGE_SERVICE_PUBLIC_URL.safeParse(url);
      expect(error?.issues[0]?.message).toContain('must be an absolute http or https URL');
    },
  );

  test.each([
    ['empty', ''],
    ['too short once trimmed', `  ${'x'.repeat(15)}  `],
    ['of two lines', `${TOKEN}\n${TOKEN}`],
    ['not ASCII', 'ü'.repeat(16)],
  ])('rejects a token that is %s without printing it', async (_, token) => {
    const file = join(await temporaryFolder(), 'token');
    await writeFile(file, token);
    const { error } = imageServiceEnvironment.shape.IMAGE_SERVICE_TOKEN_FILE.safeParse(file);
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'names a file without a valid token; it must hold one line of at least 16 ASCII characters',
    ]);
  });

  test('is described by --help, with defaults, whatever it contains', async () => {
    const { code, stdout, lines } = await outcomeOf(run({}, '--help'));
    expect({ code, lines }).toEqual({ code: 0, lines: [] });
    for (const [name, { description }] of Object.entries(imageServiceEnvironment.shape)) {
      expect(stdout).toMatch(new RegExp(`^  ${name} +${description} \\[`, 'm'));
    }
    expect(stdout).toMatch(/IMAGE_SERVICE_PORT .*\[4003\]\n {2}HOST .*\[127\.0\.0\.1\]/);
  });
});

describe('a start fails with one line and exit code 1', processes, () => {
  test('on a port that is taken', async () => {
    const { port } = new URL((await startTestService()).url);
    const { code, lines } = await outcomeOf(run({ ...(await completeEnvironment()), IMAGE_SERVICE_PORT: port }));
    const message = `IMAGE_SERVICE_PORT ${port} is taken on 127.0.0.1; stop the process that listens there, or set another port`;
    expect({ code, lines }).toEqual({ code: 1, lines: [message] });
  });

  test('on an address of another machine', async () => {
    // Reserved for documentation (RFC 5737).
    const { code, lines } = await outcomeOf(run({ ...(await completeEnvironment()), HOST: '192.0.2.1' }));
    expect({ code, lines }).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^HOST 192\.0\.2\.1, port 0: cannot listen/)],
    });
  });

  test('with a folder that cannot be written', async () => {
    const complete = await completeEnvironment();
    await mkdir(complete.IMAGE_SERVICE_FOLDER);
    const folder = join(complete.IMAGE_SERVICE_FOLDER, 'file');
    await writeFile(folder, '');
    const { code, stdout, lines } = await outcomeOf(run({ ...complete, IMAGE_SERVICE_FOLDER: folder }));
    const message = `IMAGE_SERVICE_FOLDER ${folder} cannot be written (EEXIST); make it writable for this user, or set another folder`;
    expect({ code, stdout, lines }).toEqual({ code: 1, stdout: '', lines: [message] });
  });
});
