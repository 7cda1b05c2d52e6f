import { randomBytes } from 'node:crypto';
import bcrypt from 'bcrypt';
import { createBoundedQueue } from '../../../platform/async/bounded-queue.ts';
import type { Signal } from '../../../platform/async/signal.ts';
import { networkOf } from '../../../platform/http/client-info.ts';
import { createPasswordRules, isHashable, preparePassword, type ValidatePassword } from './password-rules.ts';

/** Bound of the queue. At the default cost, the last in it is still answered before the gateway's timeout. */
const maxQueued = 40;

/** The client that a password is hashed for. */
export interface HashFor {
  /** IP address: networks take turns in the queue. */
  address: string;
  /** Takes what waits out of the queue, and rejects it with the signal's reason. What has begun is completed. */
  abandoned?: Signal | undefined;
}

export interface Passwords {
  /** Checks a new password. */
  validate: ValidatePassword;
  hash(password: string, client: HashFor): Promise<string>;
  /**
   * Verifies a password, whatever the rules for new ones say. It takes the same time without a hash, and for a wrong
   * password with a hash of a lower cost, so that the time does not tell whether an account exists.
   */
  matches(password: string, hash: string | undefined, client: HashFor): Promise<boolean>;
  /** Tells whether the cost of a hash is below the current setting. */
  needsRehash(hash: string): boolean;
}

export interface PasswordSettings {
  /** bcrypt's cost: log₂ of its rounds. */
  cost: number;
  /** Maximum number of hashes computed at once. */
  concurrency: number;
  /** Minimum length of new passwords; 8 by default. */
  minCharacters?: number;
}

/**
 * Runs bcrypt off the event loop, at most `concurrency` at once: each takes a whole core and one of libuv's threads,
 * which files and images need too. Networks take turns. If the queue is full, the newest request of the network with
 * the most requests in it is rejected with SERVICE_UNAVAILABLE.
 */
export function createPasswords({ cost, concurrency, minCharacters = 8 }: PasswordSettings): Passwords {
  const enqueue = createBoundedQueue({ concurrency, maxQueued });
  const compareWithDummy = (prepared: string, dummyCost: number) => bcrypt.compare(prepared, dummyHash(dummyCost));
  return {
    validate: createPasswordRules({ minCharacters }),
    hash: async (password, client) => enqueue(() => bcrypt.hash(preparePassword(password), cost), queueOptions(client)),
    matches: async (password, hash, client) => {
      const prepared = preparePassword(password);
      const storedCost = hash === undefined || !isHashable(prepared) ? undefined : costOf(hash);
      // One entry in the queue: queueing a second time would show in the response time.
      return enqueue(async () => {
        if (hash === undefined || storedCost === undefined) return compareWithDummy(prepared, cost).then(() => false);
        if (await bcrypt.compare(prepared, hash)) return true;
        for (const dummyCost of dummyCostsAfterMiss({ storedCost, currentCost: cost })) {
          await compareWithDummy(prepared, dummyCost);
        }
        return false;
      }, queueOptions(client));
    },
    needsRehash: (hash) => (costOf(hash) ?? cost) < cost,
  };
}

const queueOptions = ({ address, abandoned }: HashFor) => ({ client: networkOf(address), signal: abandoned });

/** Reads the cost of a bcrypt hash; undefined if it is none. */
export function costOf(hash: string): number | undefined {
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash) ?? [];
  return cost === undefined ? undefined : Number(cost);
}

/**
 * Costs of the dummy hashes to compare after a miss, so that it takes as long as one at the current cost:
 * 2^stored + 2^stored + 2^(stored+1) + … + 2^(current-1) = 2^current.
 */
export function dummyCostsAfterMiss(costs: { storedCost: number; currentCost: number }): number[] {
  const { storedCost, currentCost } = costs;
  return Array.from({ length: Math.max(0, currentCost - storedCost) }, (_, index) => storedCost + index);
}

/** A well-formed bcrypt hash that no password matches. */
function dummyHash(cost: number): string {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const text = [...randomBytes(53)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return `$2b$${String(cost).padStart(2, '0')}$${text}`;
}
