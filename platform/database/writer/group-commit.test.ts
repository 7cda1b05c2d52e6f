import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import { createGroupCommit } from './group-commit.ts';

/** A database of one table, another connection to its file, and jobs that add a row each. */
function open() {
  const file = join(folderOfTest(), 'users.sqlite');
  const client = new Database(file, { timeout: 0 });
  client.exec('PRAGMA journal_mode = WAL; CREATE TABLE users (name TEXT UNIQUE, friend TEXT REFERENCES users (name))');
  client.pragma('foreign_keys = ON');
  const other = new Database(file, { timeout: 0 });
  onTestFinished(() => [other, client].forEach((each) => void each.close()));
  const insert = client.prepare('INSERT INTO users VALUES (?, ?)');
  const ran: string[] = [];
  const add =
    (name: string, friend: string | null = null) =>
    () => {
      ran.push(name);
      insert.run(name, friend);
      return `added ${name}`;
    };
  const names = () => other.prepare('SELECT name FROM users ORDER BY rowid').pluck().all();
  return { client, other, ran, add, names, commitTogether: createGroupCommit(client) };
}

const result = (name: string) => ({ result: `added ${name}` });

test('commits all jobs at once, and nothing before', () => {
  const { add, names, commitTogether } = open();
  let before: unknown[] = [];
  const look = () => {
    before = names();
  };
  const outcomes = commitTogether([add('ada'), add('bob'), look, add('cleo')]);
  expect(outcomes).toEqual([result('ada'), result('bob'), { result: undefined }, result('cleo')]);
  expect([before, names()]).toEqual([[], ['ada', 'bob', 'cleo']]);
});

test('a job that throws is rolled back alone, with all of its statements', () => {
  const { add, names, commitTogether } = open();
  const fails = () => {
    add('dora')();
    add('ada')();
  };
  const outcomes = commitTogether([add('ada'), fails, add('bob')]);
  const duplicate = { error: expect.objectContaining({ code: 'SQLITE_CONSTRAINT_UNIQUE' }) };
  expect(outcomes).toEqual([result('ada'), duplicate, result('bob')]);
  expect(names()).toEqual(['ada', 'bob']);
});

test('a later job reads what an earlier one of the group wrote', () => {
  const { client, add, commitTogether } = open();
  const count = () => client.prepare('SELECT count(*) FROM users').pluck().get();
  expect(commitTogether([add('ada'), count])).toEqual([result('ada'), { result: 1 }]);
});

test('nothing runs while another process holds the write lock', () => {
  const { other, ran, add, commitTogether } = open();
  other.exec('BEGIN IMMEDIATE');
  expect(() => commitTogether([add('ada')])).toThrow('database is locked');
  other.exec('ROLLBACK');
  expect(ran).toEqual([]);
});

describe('nothing of the group is stored, and the next group is', () => {
  test('if the database is full, which rolls back the whole transaction; later jobs do not run', () => {
    const { client, ran, add, names, commitTogether } = open();
    client.pragma(`max_page_count = ${Number(client.pragma('page_count', { simple: true })) + 2}`);
    const large = 'x'.repeat(100_000);
    expect(() => commitTogether([add('ada'), add(large), add('bob')])).toThrow('database or disk is full');
    expect(ran).toEqual(['ada', large]);
    expect([names(), client.inTransaction]).toEqual([[], false]);
    client.pragma('max_page_count = 1000');
    expect(commitTogether([add('ada')])).toEqual([result('ada')]);
    expect(names()).toEqual(['ada']);
  });

  test('if a job ended the transaction by itself', () => {
    const { client, ran, add, names, commitTogether } = open();
    const rollBack = () => void client.exec('ROLLBACK');
    expect(() => commitTogether([add('ada'), rollBack, add('bob')])).toThrow();
    expect([ran, names()]).toEqual([['ada'], []]);
    expect(commitTogether([add('cleo')])).toEqual([result('cleo')]);
  });

  test('if the commit fails', () => {
    const { client, add, names, commitTogether } = open();
    const deferred = () => void client.pragma('defer_foreign_keys = ON');
    const failed = expect.objectContaining({
      name: 'DatabaseUnavailableError',
      cause: expect.objectContaining({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' }),
    });
    expect(() => commitTogether([deferred, add('ada'), add('bob', 'nobody')])).toThrow(failed);
    expect([names(), client.inTransaction]).toEqual([[], false]);
    expect(commitTogether([add('cleo')])).toEqual([result('cleo')]);
  });
});
