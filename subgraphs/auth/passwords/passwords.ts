import { randomBytes } from 'node:crypto';
import bcrypt from 'bcrypt';
import type { ValidationIssue } from '../../../platform/api-error.ts';
import { createBoundedQueue } from '../../../platform/async/bounded-queue.ts';
import { networkOf } from '../rate-limiting/network.ts';
import { costOf, costsBurntAfterMiss } from './password-cost.ts';
import { createPasswordRules, isHashable, preparePassword } from './password-rules.ts';

/** How many may wait their turn; at the default cost the last of them is still answered before the gateway gives up. */
const maxWaiting = 40;

export interface Passwords {
  /** What keeps a text from being this account's new password; `field` is the input's field that is blamed. */
  problems(password: string, about: { username: string; field: string }): ValidationIssue[];
  /** `address` is the IP address of whoever asks, whose network's turn it takes. */
  hash(password: string, address: string): Promise<string>;
  /**
   * Whatever the rules about new passwords say by now. Without a hash it costs the same and is false, and a miss costs
   * the same for a hash from before the cost was raised: nobody can tell by the time whether there is an account.
   */
  matches(password: string, hash: string | undefined, address: string): Promise<boolean>;
  /** Whether a hash should be redone: its cost is below today's. */
  isOutdated(hash: string): boolean;
}

export interface PasswordSettings {
  /** log₂ of bcrypt's rounds. */
  cost: number;
  /** How many are hashed at once. */
  concurrency: number;
  /** Of new passwords; 8 where it is left out. */
  minCharacters?: number;
}

/**
 * bcrypt, off the event loop. At most `concurrency` run at once, as each takes a whole core and one of the threads that
 * files and images need too. Networks take turns; where too many wait, SERVICE_UNAVAILABLE for the newest of whichever
 * has the most waiting.
 */
export function createPasswords({ cost, concurrency, minCharacters = 8 }: PasswordSettings): Passwords {
  const inTurn = createBoundedQueue({ concurrency, maxWaiting });
  const burn = (prepared: string, kept: number) => bcrypt.compare(prepared, hashThatNothingMatches(kept));
  return {
    problems: createPasswordRules({ minCharacters }),
    hash: async (password, address) => inTurn(() => bcrypt.hash(preparePassword(password), cost), networkOf(address)),
    matches: async (password, hash, address) => {
      const prepared = preparePassword(password);
      const kept = hash === undefined || !isHashable(prepared) ? undefined : costOf(hash);
      // One piece of work: who waits for a second turn could be told from who needs none.
      return inTurn(async () => {
        if (hash === undefined || kept === undefined) return burn(prepared, cost).then(() => false);
        if (await bcrypt.compare(prepared, hash)) return true;
        for (const burnt of costsBurntAfterMiss({ kept, today: cost })) await burn(prepared, burnt);
        return false;
      }, networkOf(address));
    },
    isOutdated: (hash) => (costOf(hash) ?? cost) < cost,
  };
}

function hashThatNothingMatches(cost: number): string {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const text = [...randomBytes(53)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return `$2b$${String(cost).padStart(2, '0')}$${text}`;
}
