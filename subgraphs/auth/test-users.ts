import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { folderOfTest } from '../../tests/folder-of-test.ts';
import { createPasswords } from './passwords.ts';
import { openSqliteUserStore } from './storage/sqlite.ts';
import { createIssueToken } from './tokens.ts';
import { createUsers } from './users.ts';

const { privateKey, publicKey: verificationKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** What the tokens of these users hold under. */
export const verifier = { verificationKey, issuer: 'https://auth.example', audience: 'https://api.example' };

/** The rules on an empty database; they cost little. */
export function openUsers({ lifetimeSeconds = 60 } = {}) {
  const store = openSqliteUserStore(join(folderOfTest(), 'auth.sqlite'));
  onTestFinished(() => store.close());
  const { issuer, audience } = verifier;
  const signingKey = { privateKey, verificationKey };
  const issueToken = createIssueToken({ signingKey, issuer, audience, clientId: 'test', lifetimeSeconds });
  const passwords = createPasswords({ cost: 4, concurrency: 2 });
  return { store, passwords, users: createUsers({ store, passwords, issueToken }) };
}
