import type { Logger } from '../../../runtime/logger.ts';
import type { LimitStore } from '../storage/limit-store.ts';
import { createCountedGuesses } from './counted-guesses.ts';
import { networkOf } from './network.ts';
import { createQuotas } from './quota.ts';

/** How many there may be of each; 0 is any number. */
export interface Limits {
  /** Wrong passwords for one account from one address in 15 minutes. */
  failuresPerAccount: number;
  /** Wrong passwords from one address in 15 minutes. */
  failuresPerAddress: number;
  /** Registrations from one address in an hour. */
  registrationsPerAddress: number;
}

/** Holds up who tries too often. Nobody can have somebody else refused who comes from another address. */
export interface Throttle {
  /**
   * Runs one guess at a password. RATE_LIMITED, without running it, where too many have failed. A guess that is refused
   * with INVALID_CREDENTIALS counts; one that goes well clears what the account failed at from that address; one that
   * fails otherwise counts for nothing. Where too many are under way, it waits for what comes of them.
   */
  guess<Result>(about: { account: string; address: string }, run: () => Promise<Result>): Promise<Result>;
  /** Counts a registration from an address; RATE_LIMITED where there were too many. */
  registration(address: string): Promise<void>;
}

const minuteMs = 60_000;

export function createThrottle({
  limits,
  counters,
  log,
}: {
  limits: Limits;
  counters: LimitStore;
  log: Logger;
}): Throttle {
  const perFailure = { counters, windowMs: 15 * minuteMs };
  const quotasOf = {
    account: createQuotas({ ...perFailure, name: 'account', most: limits.failuresPerAccount, onSuccess: 'FORGET' }),
    // Or else somebody with an account could guess at all others for ever.
    address: createQuotas({ ...perFailure, name: 'address', most: limits.failuresPerAddress, onSuccess: 'KEEP' }),
    registrations: createQuotas({
      counters,
      name: 'registrations',
      most: limits.registrationsPerAddress,
      windowMs: 60 * minuteMs,
      onSuccess: 'COUNT',
    }),
  };
  const counted = createCountedGuesses(log);

  return {
    guess({ account, address }, run) {
      const network = networkOf(address);
      return counted([quotasOf.account(JSON.stringify([network, account])), quotasOf.address(network)], run);
    },

    registration: (address) => counted([quotasOf.registrations(networkOf(address))], async () => {}),
  };
}
