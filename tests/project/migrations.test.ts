import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const configs = readdirSync(join(root, 'subgraphs')).flatMap((name) => {
  const storage = join('subgraphs', name, 'storage');
  const engines = readdirSync(join(root, storage), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return engines.map((engine) => join(storage, engine.name, 'drizzle.config.ts'));
});
const copies: string[] = [];
afterEach(() => {
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
});

test('every subgraph has migrations', () => {
  expect(configs.sort()).toEqual([
    'subgraphs/auth/storage/sqlite/drizzle.config.ts',
    'subgraphs/resources/storage/sqlite/drizzle.config.ts',
  ]);
});

describe.each(configs)('%s', (config) => {
  const engine = basename(dirname(config));
  const folder = join(root, dirname(config), 'migrations');
  const sqlFiles = () => readdirSync(folder).filter((name) => name.endsWith('.sql'));

  test('has each migration in the journal, with a snapshot', () => {
    const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
      entries: { tag: string }[];
    };
    expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(sqlFiles().sort());
    expect(readdirSync(join(folder, 'meta'))).toHaveLength(journal.entries.length + 1);
  });

  test('matches the tables in the code: drizzle-kit generates nothing', async () => {
    const copy = join(dirname(folder), `.${engine}-copy-${process.pid}`);
    copies.push(copy);
    cpSync(folder, copy, { recursive: true });
    const schema = join(dirname(config), 'tables.ts');
    const args = ['generate', '--dialect', engine, '--schema', schema, '--out', relative(root, copy)];
    const { stdout } = await promisify(execFile)('node_modules/.bin/drizzle-kit', args, { cwd: root });
    expect(stdout).toContain('No schema changes');
    expect(readdirSync(copy).filter((name) => name.endsWith('.sql'))).toEqual(sqlFiles());
  });
});
