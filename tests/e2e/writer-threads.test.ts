import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../support/files.ts';
import { run } from '../support/systems/spawned.ts';
import { usersAt } from '../support/systems/users.ts';

/** Ends each writer thread on a signal, but no thread of Node's own, such as the one that loads TypeScript. */
const preload = `
  import { Worker } from 'node:worker_threads';
  const threads = [];
  process.on('worker', (thread) => thread.constructor === Worker && threads.push(thread));
  process.on('SIGUSR2', () => threads.forEach((thread) => thread.terminate()));
`;

test('a process whose writer threads end finishes what runs, and exits with 1 and the reason', async () => {
  const folder = folderOfTest();
  const file = join(folder, 'preload.mjs');
  writeFileSync(file, preload);
  const ports = { GATEWAY_PORT: '0', AUTH_PORT: '0', RESOURCES_PORT: '0', IMAGE_SERVICE_PORT: '0' };
  const process = run('start.ts', {
    ...{ ...ports, DATA_FOLDER: join(folder, 'data'), BCRYPT_COST: '10' },
    NODE_OPTIONS: `--import ${pathToFileURL(file)}`,
  });
  onTestFinished(process.end);
  const [, gateway = ''] = await process.find(/gateway +(http:\S+)[\s\S]*Ctrl-C/);
  const ada = await usersAt(gateway).signUp();
  expect(await ada.create()).toEqual(expect.any(String));
  process.signal('SIGUSR2');
  expect(await process.exitCode).toBe(1);
  expect(process.stderr()).toMatch(/^Stopping: Error: The writer thread of a database has ended\./);
});
