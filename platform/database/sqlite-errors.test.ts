import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { unlessDuplicate } from './sqlite-errors.ts';

function openUsers() {
  const client = new Database(':memory:');
  onTestFinished(() => void client.close());
  client.exec("CREATE TABLE users (id TEXT PRIMARY KEY NOT NULL, name TEXT UNIQUE CHECK (name <> ''))");
  const insert = client.prepare('INSERT INTO users VALUES (?, ?)');
  insert.run('ada', 'ada');
  return (id: string, name: string) => unlessDuplicate(() => `${insert.run(id, name).changes} row`, 'taken');
}

test.each([
  ['the name', 'grace', 'ada', 'taken'],
  ['the key', 'ada', 'grace', 'taken'],
  ['nothing', 'grace', 'grace', '1 row'],
])('unlessDuplicate: a second row with %s of the first', (_, id, name, result) => {
  expect(openUsers()(id, name)).toBe(result);
});

test('unlessDuplicate throws the driver’s error for a violated check, which is no duplicate', () => {
  const add = openUsers();
  expect(() => add('grace', '')).toThrow(/CHECK constraint failed/);
});
