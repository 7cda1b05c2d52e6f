import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import bcrypt from 'bcrypt';
import { ensureSecrets, openFolder } from '../../embedded/data-folder.ts';
import { createLogger } from '../../platform/process/logger.ts';
import { accountVariables } from '../../subgraphs/auth/environment.ts';
import { createSessions } from '../../subgraphs/auth/sessions/sessions.ts';
import { openSqliteUserStore } from '../../subgraphs/auth/storage/sqlite/user-store.ts';
import { createIssueAccessToken } from '../../subgraphs/auth/tokens/access-tokens.ts';
import { openSigningKeys } from '../../subgraphs/auth/tokens/signing-keys.ts';
import { skeletonsOf } from '../../subgraphs/auth/usernames/confusables.ts';
import { usernameKey } from '../../subgraphs/auth/usernames/usernames.ts';
import type { Resource } from '../../subgraphs/resources/storage/resource.ts';
import { openSqliteResourceStore } from '../../subgraphs/resources/storage/sqlite/resource-store.ts';

/** An account with an access token. */
export interface User {
  id: string;
  username: string;
  password: string;
  authorization: string;
  /** A cursor in the middle of the user's resources, oldest first; '' until it has been fetched. */
  cursor: string;
}

/** The users, who take turns: concurrent requests carry different tokens, so that none can be answered from a cache. */
export interface Users {
  readers: [User, User, ...User[]];
  /** Separate from the readers, whose lists must not change. */
  creators: User[];
  /** Users with a password hash of a lower bcrypt cost. */
  outdated: User[];
}

/** The claims of the access tokens, as `npm start` sets them. */
export const tokenClaims = { issuer: 'urn:image-supergraph:auth', audience: 'urn:image-supergraph' };
const clientId = 'image-supergraph';
const lifetimeSeconds = 86_400;
const readerCount = 128;
const creatorCount = 32;
const outdatedCount = 32;
const resourcesEach = 60;
const bcryptCost = accountVariables.shape.BCRYPT_COST.parse(undefined);
const password = 'correct horse battery staple';

/** Fills a data folder, in the layout of `npm start`, with accounts and resources. */
export async function fillDataFolder(folder: string): Promise<Users> {
  const { signingKeys } = ensureSecrets(join(openFolder(folder), 'secrets'));
  const log = createLogger({ service: 'bench', level: 'silent' });
  const keys = openSigningKeys({ folder: signingKeys, tokenSeconds: lifetimeSeconds, log });
  const issueAccessToken = createIssueAccessToken({ keys, ...tokenClaims, clientId, lifetimeSeconds });
  // One hash for all users: only the time to compare matters.
  const [currentHash, outdatedHash] = await Promise.all(
    [bcryptCost, bcryptCost - 1].map((cost) => bcrypt.hash(password, cost)),
  );
  const userStore = openSqliteUserStore(join(folder, 'auth.sqlite'));
  const times = { graceSeconds: 0, retrySeconds: 0, idleSeconds: lifetimeSeconds, maxSeconds: lifetimeSeconds };
  const sessions = createSessions({ store: userStore.sessions, issueAccessToken, times });
  const resourceStore = openSqliteResourceStore(join(folder, 'resources.sqlite'));
  let count = 0;
  const createUser = async (resourceCount: number, passwordHash = currentHash ?? ''): Promise<User> => {
    const username = `user-${count++}`;
    const named = { username, usernameKey: usernameKey(username) };
    const user = { id: randomUUID(), ...named, passwordHash };
    const { session, refreshToken } = sessions.create(user.id, undefined);
    const inserted = await userStore.insert({ ...user, skeletons: skeletonsOf(username) }, session);
    if (inserted === 'USERNAME_TAKEN') throw new Error(`${username} exists already.`);
    for (let index = 0; index < resourceCount; index += 1) await resourceStore.insert(createResource(user.id, index));
    const { accessToken } = sessions.createResult(inserted.user, inserted.session, refreshToken);
    return { id: user.id, username, password, authorization: `Bearer ${accessToken}`, cursor: '' };
  };
  const readers: Users['readers'] = [await createUser(resourcesEach), await createUser(resourcesEach)];
  while (readers.length < readerCount) readers.push(await createUser(resourcesEach));
  const creators: User[] = [];
  while (creators.length < creatorCount) creators.push(await createUser(0));
  const outdated: User[] = [];
  while (outdated.length < outdatedCount) outdated.push(await createUser(0, outdatedHash));
  keys.stop();
  userStore.close();
  resourceStore.close();
  return { readers, creators, outdated };
}

function createResource(ownerId: string, nth: number): Resource {
  const id = randomUUID();
  const imageId = randomBytes(12).toString('hex');
  const createdAt = new Date(Date.UTC(2026, 0, 1, 12) + nth * 60_000);
  const image = {
    ...{ id: imageId, resourceId: id, url: `http://127.0.0.1:4003/images/public/${imageId}` },
    ...{ contentType: 'image/png', width: 640, height: 480, sizeBytes: 123_456 },
    sha256: randomBytes(32).toString('hex'),
  };
  return {
    ...{ id, ownerId, title: `Picture ${nth} of a holiday by the sea`, description: null, image },
    ...{ createdAt, updatedAt: createdAt, version: 1 },
  };
}
