import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import bcrypt from 'bcrypt';
import { ensureSecrets, openFolder } from '../embedded/data-folder.ts';
import { readSecret } from '../runtime/secret-file.ts';
import { authEnvironment } from '../subgraphs/auth/environment.ts';
import { openSqliteUserStore } from '../subgraphs/auth/storage/sqlite.ts';
import { createIssueToken, readSigningKey } from '../subgraphs/auth/tokens.ts';
import { usernameKey } from '../subgraphs/auth/usernames.ts';
import type { Resource } from '../subgraphs/resources/storage/resource-store.ts';
import { openSqliteResourceStore } from '../subgraphs/resources/storage/sqlite.ts';

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
}

/** What the tokens say, which `npm start` settles for itself. */
export const tokenClaims = { issuer: 'urn:image-supergraph:auth', audience: 'urn:image-supergraph' };
const clientId = 'image-supergraph';
const lifetimeSeconds = 86_400;
const readerCount = 128;
const creatorCount = 32;
const resourcesEach = 60;
const bcryptCost = authEnvironment.shape.BCRYPT_COST.parse(undefined);
const password = 'correct horse battery staple';

/** Fills a data folder, as `npm start` lays it out, with accounts and their resources. */
export async function fillDataFolder(folder: string): Promise<People> {
  const { signingKey } = ensureSecrets(join(openFolder(folder), 'secrets'));
  const issueToken = createIssueToken({
    signingKey: readSecret(signingKey, readSigningKey),
    ...tokenClaims,
    clientId,
    lifetimeSeconds,
  });
  // One hash for all of them: what is measured is how long it takes to compare.
  const passwordHash = await bcrypt.hash(password, bcryptCost);
  const users = openSqliteUserStore(join(folder, 'auth.sqlite'));
  const resources = openSqliteResourceStore(join(folder, 'resources.sqlite'));
  const person = async (nth: number, resourceCount: number): Promise<Person> => {
    const user = { id: randomUUID(), username: `person-${nth}`, createdAt: new Date() };
    await users.insert({ ...user, usernameKey: usernameKey(user.username), passwordHash });
    for (let index = 0; index < resourceCount; index += 1) await resources.insert(aResource(user.id, index));
    const authorization = `Bearer ${issueToken(user).accessToken}`;
    return { id: user.id, username: user.username, password, authorization, cursor: '' };
  };
  const readers: People['readers'] = [await person(0, resourcesEach), await person(1, resourcesEach)];
  while (readers.length < readerCount) readers.push(await person(readers.length, resourcesEach));
  const creators: Person[] = [];
  while (creators.length < creatorCount) creators.push(await person(readerCount + creators.length, 0));
  users.close();
  resources.close();
  return { readers, creators };
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
