import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../connection.ts';
import { createInlineWriter, createSingleWriter } from './inline-writer.ts';

/** A writer of each kind on a database of one table, with a job that adds a row. */
function open(create: typeof createInlineWriter) {
  const client = new Database(':memory:');
  client.exec('CREATE TABLE users (name TEXT UNIQUE)');
  onTestFinished(() => void client.close());
  const add = (name: string) => client.prepare('INSERT INTO users VALUES (?)').run(name).changes;
  const names = () => client.prepare('SELECT name FROM users').pluck().all();
  return { writer: create(connect(client), { add }), names };
}

const writers = { createInlineWriter, createSingleWriter };

test.each(Object.entries(writers))('%s: a job resolves to its result, or rejects with its error', async (_, create) => {
  const { writer, names } = open(create);
  expect(await writer.run('add', 'ada')).toBe(1);
  await expect(writer.run('add', 'ada')).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE' });
  expect(names()).toEqual(['ada']);
});

test.each(
  Object.entries(writers).flatMap(([writer, create]) =>
    ['missing', 'toString'].map((name) => ({ writer, create, name })),
  ),
)('$writer: a job that does not exist, $name, is rejected', async ({ create, name }) => {
  const { writer } = open(create);
  await expect(writer.run(name as 'add', 'ada')).rejects.toThrow(`The writer has no job ${name}.`);
});
