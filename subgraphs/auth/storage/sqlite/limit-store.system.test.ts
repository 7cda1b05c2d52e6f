import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { openSqliteLimitStore } from './limit-store.ts';

const newFile = () => join(folderOfTest(), 'auth.sqlite');
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const minuteMs = 60_000;

/** Arguments of a process that runs `source` with `store` on the file. */
const program = (file: string, source: string) => [
  ...['--import', 'tsx', '--input-type=module', '--eval'],
  `import { openSqliteLimitStore } from './subgraphs/auth/storage/sqlite/limit-store.ts';
  const store = openSqliteLimitStore(${JSON.stringify(file)});
  ${source}`,
];

test('counters survive SIGKILL of the process', async () => {
  const file = newFile();
  const source = `await store.increment('key', ${minuteMs}); process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, program(file, source), { cwd: root });
  expect(signal).toBe('SIGKILL');
  const store = openSqliteLimitStore(file);
  onTestFinished(store.close);
  expect(await store.increment('key', minuteMs)).toMatchObject({ points: 2 });
});

test('processes share counters, and each increment returns a different count', async () => {
  const file = newFile();
  const source = `
    for (let i = 0; i < 100; i++) console.log((await store.increment('key', ${minuteMs})).points);
    store.close();`;
  const outputs = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const child = spawn(process.execPath, program(file, source), { cwd: root });
      const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      return output.trim().split('\n').map(Number);
    }),
  );
  const counts = outputs.flat().sort((a, b) => a - b);
  expect(counts).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
});

test('deleting expired counters keeps no process alive', () => {
  const { status, stderr } = spawnSync(process.execPath, program(newFile(), ''), { cwd: root, timeout: 20_000 });
  expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
});
