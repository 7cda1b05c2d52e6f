import { randomBytes } from 'node:crypto';
import bcrypt from 'bcrypt';
import { createBoundedQueue } from '../../runtime/bounded-queue.ts';
import type { Problem } from '../../runtime/refusal.ts';

const minCharacters = 8;
/** bcrypt reads no further. */
const maxBytes = 72;
/** In UTF-16 units, before normalisation, which could cost much and makes no text of more units fit. */
const maxLengthAsWritten = 4 * maxBytes;
/** How many may wait their turn; at the default cost the last of them is still answered before the gateway gives up. */
const maxWaiting = 40;

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Without a hash it costs the same and is false: nobody can tell by the time whether there is an account. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

/**
 * bcrypt, off the event loop. At most `concurrency` run at once, as each takes a whole core and one of the threads that
 * files and images need too; where too many wait already, SERVICE_UNAVAILABLE.
 */
export function createPasswords({ cost, concurrency }: { cost: number; concurrency: number }): Passwords {
  const inTurn = createBoundedQueue({ concurrency, maxWaiting });
  const nobodysHash = hashThatNothingMatches(cost);
  return {
    hash: async (password) => inTurn(() => bcrypt.hash(prepare(password), cost)),
    matches: async (password, hash) => {
      const comparable = hash !== undefined && passwordProblems(password).length === 0;
      const same = await inTurn(() => bcrypt.compare(prepare(password), comparable ? hash : nobodysHash));
      return comparable && same;
    },
  };
}

/** What keeps a text from being a password. */
export function passwordProblems(password: string): Problem[] {
  const problem = (message: string) => [{ field: 'password', message }];
  const prepared = prepare(password);
  if (Buffer.byteLength(prepared) > maxBytes) return problem(`A password has at most ${maxBytes} bytes of UTF-8.`);
  if ([...prepared].length < minCharacters) return problem(`A password has at least ${minCharacters} characters.`);
  return prepared.includes('\0') || !prepared.isWellFormed()
    ? problem('A password is well-formed text without NUL.')
    : [];
}

/** One form for what looks the same and is typed differently (RFC 8265, section 4.2). */
function prepare(password: string): string {
  return password.length > maxLengthAsWritten ? password : password.normalize('NFC');
}

function hashThatNothingMatches(cost: number): string {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const text = [...randomBytes(53)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return `$2b$${String(cost).padStart(2, '0')}$${text}`;
}
