import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import bcrypt from 'bcrypt';
import { ensureSecrets, openFolder } from '../embedded/data-folder.ts';
import { createLogger } from '../platform/process/logger.ts';
import { confusableOf, usernameKey } from '../subgraphs/auth/accounts/usernames.ts';
import { accountVariables } from '../subgraphs/auth/environment.ts';
import { createSessions } from '../subgraphs/auth/sessions/sessions.ts';
import { openSqliteUserStore } from '../subgraphs/auth/storage/sqlite/user-store.ts';
import { openSigningKeys } from '../subgraphs/auth/tokens/signing-keys.ts';
import { createIssueToken } from '../subgraphs/auth/tokens/tokens.ts';
import type { Resource } from '../subgraphs/resources/storage/resource.ts';
import { openSqliteResourceStore } from '../subgraphs/resources/storage/sqlite/resource-store.ts';

/** Somebody with an account and a token. */
export interface Person {
  id: string;
  username: string;
  password: string;
  authorization: string;
  /** In the middle of the list of what is theirs, the oldest first; '' where that has not been asked for. */
  cursor: string;
}

/** Who asks: each in turn, so that no two requests under way bear the same token, which would let one answer do for both. */
export interface People {
  readers: [Person, Person, ...Person[]];
  /** Apart from the readers, whose lists stay as they are. */
  creators: Person[];
  /** Whose passwords were hashed when that cost half as much. */
  outdated: Person[];
}

/** What the tokens say, which `npm start` settles for itself. */
export const tokenClaims = { issuer: 'urn:image-supergraph:auth', audience: 'urn:image-supergraph' };
const clientId = 'image-supergraph';
const lifetimeSeconds = 86_400;
const readerCount = 128;
const creatorCount = 32;
const outdatedCount = 32;
const resourcesEach = 60;
const bcryptCost = accountVariables.shape.BCRYPT_COST.parse(undefined);
const password = 'correct horse battery staple';

/** Fills a data folder, as `npm start` lays it out, with accounts and their resources. */
export async function fillDataFolder(folder: string): Promise<People> {
  const { signingKeys } = ensureSecrets(join(openFolder(folder), 'secrets'));
  const log = createLogger({ service: 'bench', level: 'silent' });
  const keys = openSigningKeys({ folder: signingKeys, tokenSeconds: lifetimeSeconds, log });
  const issueToken = createIssueToken({ keys, ...tokenClaims, clientId, lifetimeSeconds });
  // One hash for all of them: what is measured is how long it takes to compare.
  const [todays, outdatedHash] = await Promise.all(
    [bcryptCost, bcryptCost - 1].map((cost) => bcrypt.hash(password, cost)),
  );
  const users = openSqliteUserStore(join(folder, 'auth.sqlite'));
  const times = { graceSeconds: 0, idleSeconds: lifetimeSeconds, longestSeconds: lifetimeSeconds };
  const sessions = createSessions({ store: users.sessions, issueToken, times });
  const resources = openSqliteResourceStore(join(folder, 'resources.sqlite'));
  let count = 0;
  const person = async (resourceCount: number, passwordHash = todays ?? ''): Promise<Person> => {
    const username = `person-${count++}`;
    const named = { username, usernameKey: usernameKey(username) };
    const user = { id: randomUUID(), ...named, createdAt: new Date(), passwordHash };
    await users.insert({ ...user, ...confusableOf(username) });
    for (let index = 0; index < resourceCount; index += 1) await resources.insert(aResource(user.id, index));
    const loggedIn = await sessions.open({ ...user, passwordVersion: 1 }, undefined);
    return { id: user.id, username, password, authorization: `Bearer ${loggedIn?.accessToken}`, cursor: '' };
  };
  const readers: People['readers'] = [await person(resourcesEach), await person(resourcesEach)];
  while (readers.length < readerCount) readers.push(await person(resourcesEach));
  const creators: Person[] = [];
  while (creators.length < creatorCount) creators.push(await person(0));
  const outdated: Person[] = [];
  while (outdated.length < outdatedCount) outdated.push(await person(0, outdatedHash));
  keys.stop();
  users.close();
  resources.close();
  return { readers, creators, outdated };
}

function aResource(ownerId: string, nth: number): Resource {
  const id = randomBytes(12).toString('hex');
  const createdAt = new Date(Date.UTC(2026, 0, 1, 12) + nth * 60_000);
  const image = {
    ...{ id, url: `http://127.0.0.1:4003/images/public/${id}` },
    ...{ contentType: 'image/png', width: 640, height: 480, sizeBytes: 123_456 },
    sha256: randomBytes(32).toString('hex'),
  };
  return {
    ...{ id: randomUUID(), ownerId, title: `Picture ${nth} of a holiday by the sea`, description: null, image },
    ...{ createdAt, updatedAt: createdAt, version: 1 },
  };
}
