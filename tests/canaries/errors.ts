import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import type { TypedDocumentString } from '../generated/graphql.ts';
import * as accounts from '../support/graphql/accounts.ts';
import { createResource, updateStored } from '../support/graphql/documents.ts';
import { uniqueName } from '../support/systems/users.ts';
import type { Heard } from './recorder.ts';
import { list, type Run, type Visitor } from './visit.ts';

type Asking = () => Promise<Heard<unknown>>;

/** What carries secrets to each service, and is refused where that is in trouble. */
function questionsOf({ world, recorder, secrets: { passwords, images } }: Run, visitor: Visitor) {
  const { username, password, accessToken: token, refreshToken, resourceId: id } = visitor;
  const image = { data: images.first.toString('base64') };
  const asking = <Data, Taken>(query: TypedDocumentString<Data, Taken>, variables: Taken): Asking => {
    return () => recorder.request(world.gateway, { query, variables, token });
  };
  const next = { currentPassword: password, newPassword: passwords.bob };
  const storing = asking(createResource, { input: { title: 'In trouble', image } });
  const replacing = asking(updateStored, { input: { id, image } });
  return {
    ...{ storing, replacing },
    auth: [
      asking(accounts.logIn, { input: { username, password } }),
      asking(accounts.refreshSession, { input: { refreshToken } }),
      asking(accounts.register, { input: { username: uniqueName(), password: passwords.bob } }),
      asking(accounts.changePassword, { input: next }),
    ],
    resources: [storing, replacing, asking(list, {})],
  };
}

/** Asks while both databases are held by another writer, and then while tables are missing, which is a bug to whoever asks. */
export async function troubleDatabases(run: Run, visitor: Visitor): Promise<void> {
  const { world } = run;
  const { auth, resources } = questionsOf(run, visitor);
  const databases = { auth: open(world.folder, 'auth.sqlite'), resources: open(world.folder, 'resources.sqlite') };
  const askAll = (questions: readonly Asking[]) => Promise.all(questions.map((request) => request()));

  for (const database of Object.values(databases)) database.exec('BEGIN IMMEDIATE');
  const refused = await askAll([...auth.slice(0, 2), ...resources.slice(0, 1)]);
  expect(refused.map(({ codes }) => codes)).toEqual(Array(3).fill(['SERVICE_UNAVAILABLE']));
  for (const database of Object.values(databases)) database.exec('ROLLBACK');

  for (const [database, table, questions] of [
    [databases.auth, 'refresh_tokens', auth],
    [databases.auth, 'users', auth],
    [databases.auth, 'limits', auth],
    [databases.resources, 'resources', resources],
    [databases.resources, 'operations', resources],
  ] as const) {
    database.pragma('legacy_alter_table = ON');
    database.exec(`ALTER TABLE ${table} RENAME TO away`);
    await askAll(questions);
    database.exec(`ALTER TABLE away RENAME TO ${table}`);
  }
  for (const database of Object.values(databases)) database.close();
}

const open = (folder: string, name: string) => new Database(join(folder, name), { timeout: 5_000 });

/** Asks while the image service fails in each way that the world knows. */
export async function troubleImageService(run: Run, visitor: Visitor): Promise<void> {
  for (const fail of run.world.failings) {
    const mend = await fail();
    const { storing, replacing } = questionsOf(run, visitor);
    expect((await storing()).codes).toEqual(['IMAGE_SERVICE_UNAVAILABLE']);
    // Refused otherwise where one before it may still land.
    await replacing();
    await mend();
  }
}

/** Puts into the folder of keys what auth cannot use: a key cut in half, one of another name, and a letter. */
export function spoilKeys({ secrets: { signingKeys } }: Run['world'], pem: string): void {
  const kid = 'x'.repeat(43);
  writeFileSync(join(signingKeys, `20200101T000000Z.${kid}.pem`), pem.slice(0, pem.length / 2));
  writeFileSync(join(signingKeys, `20200102T000000Z.${kid}.pem`), pem);
  writeFileSync(join(signingKeys, 'backup.pem'), pem);
}

/** Asks for much at once, and stops all processes in the middle of it; gives their exit codes. */
export async function stopInTheMiddle(run: Run, visitor: Visitor): Promise<(number | null)[]> {
  const { auth, resources } = questionsOf(run, visitor);
  const asking = [...auth, ...resources, ...resources].map((request) => request());
  const answered = Promise.allSettled(asking);
  await setTimeout(50);
  const exitCodes = await run.world.stop();
  await answered;
  return exitCodes;
}
