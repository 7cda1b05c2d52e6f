import { tooMuchAtOnce } from '../../../platform/async/bounded-queue.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { LimitStore } from '../storage/limit-store.ts';
import { createAttemptLimiter } from './attempt-limiter.ts';
import { createInFlight } from './in-flight.ts';
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

/**
 * Holds up who tries too often. Nobody can have somebody else refused who comes from another address. What is under way
 * of one network, or waits, has a bound; beyond it, SERVICE_UNAVAILABLE.
 */
export interface Throttle {
  /**
   * Runs one guess at a password. RATE_LIMITED, without running it, where too many have failed. A guess that is refused
   * with INVALID_CREDENTIALS counts; one that goes well clears what the account failed at from that address; one that
   * fails otherwise counts for nothing. Where too many are under way, it waits for what comes of them.
   */
  guess<Result>(about: { account: string; address: string }, run: () => Promise<Result>): Promise<Result>;
  /** Runs a registration, which counts, whatever comes of it; RATE_LIMITED, without running it, after too many. */
  registration<Result>(address: string, run: () => Promise<Result>): Promise<Result>;
}

const minuteMs = 60_000;
/** Guesses and registrations of one network: fewer than the gateway has connections, which are for others, too. */
const mostAtOnce = 48;

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
  const counted = createAttemptLimiter(log);
  const crowds = createInFlight();

  const inCrowd = async <Result>(network: string, run: () => Promise<Result>): Promise<Result> => {
    if (crowds.count(network) >= mostAtOnce) throw tooMuchAtOnce();
    const leave = crowds.enter([network]);
    return run().finally(leave);
  };

  return {
    guess({ account, address }, run) {
      const network = networkOf(address);
      const quotas = [quotasOf.account(JSON.stringify([network, account])), quotasOf.address(network)];
      return inCrowd(network, () => counted(quotas, run));
    },

    registration(address, run) {
      const network = networkOf(address);
      return inCrowd(network, async () => {
        await counted([quotasOf.registrations(network)], async () => {});
        return run();
      });
    },
  };
}
