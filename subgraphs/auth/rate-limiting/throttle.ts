import { overloaded } from '../../../platform/async/bounded-queue.ts';
import { networkOf } from '../../../platform/http/client-info.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { LimitStore } from '../storage/limit-store.ts';
import { createAttemptLimiter } from './attempt-limiter.ts';
import { createInFlight } from './in-flight.ts';
import { createQuotas } from './quota.ts';

/** Limits per IPv4 address or IPv6 /64; 0 means no limit. */
export interface Limits {
  /** Wrong passwords for one account from one address in 15 minutes. */
  failuresPerAccount: number;
  /** Wrong passwords from one address in 15 minutes. */
  failuresPerAddress: number;
  /** Registrations from one address in an hour. */
  registrationsPerAddress: number;
}

/**
 * Rate-limits log-ins and registrations by account and client address. An account is only blocked for the address that
 * failed, so that nobody can lock out its owner. Each network may have a bounded number of requests in flight; beyond
 * it, they are rejected with SERVICE_UNAVAILABLE.
 */
export interface Throttle {
  /**
   * Runs `run`, which verifies a password, or throws RATE_LIMITED without running it after too many failures. An
   * INVALID_CREDENTIALS error counts as a failure, other errors do not count, and a success resets the failures of the
   * account from this address. While attempts in flight could reach the limit, it waits for their outcome.
   */
  passwordAttempt<Result>(from: { account: string; address: string }, run: () => Promise<Result>): Promise<Result>;
  /** Runs a registration, which counts whatever its outcome, or throws RATE_LIMITED without running it. */
  registration<Result>(address: string, run: () => Promise<Result>): Promise<Result>;
}

const minuteMs = 60_000;
/** Maximum number of requests in flight per network: below the gateway's connection limit, to leave room for others. */
const maxInFlightPerNetwork = 48;

interface ThrottleParts {
  limits: Limits;
  counters: LimitStore;
  log: Logger;
}

export function createThrottle({ limits, counters, log }: ThrottleParts): Throttle {
  const failures = { counters, windowMs: 15 * minuteMs };
  const quotasOf = {
    account: createQuotas({ ...failures, name: 'account', limit: limits.failuresPerAccount, onSuccess: 'RESET' }),
    // IGNORE: otherwise logging in to an own account now and then would allow unlimited attempts at all others.
    address: createQuotas({ ...failures, name: 'address', limit: limits.failuresPerAddress, onSuccess: 'IGNORE' }),
    registrations: createQuotas({
      counters,
      name: 'registrations',
      limit: limits.registrationsPerAddress,
      windowMs: 60 * minuteMs,
      onSuccess: 'COUNT',
    }),
  };
  const runLimited = createAttemptLimiter(log);
  const inFlight = createInFlight();

  const runInNetwork = async <Result>(network: string, run: () => Promise<Result>): Promise<Result> => {
    if (inFlight.count(network) >= maxInFlightPerNetwork) throw overloaded();
    const leave = inFlight.enter([network]);
    return run().finally(leave);
  };

  return {
    passwordAttempt({ account, address }, run) {
      const network = networkOf(address);
      const quotas = [quotasOf.account(JSON.stringify([network, account])), quotasOf.address(network)];
      return runInNetwork(network, () => runLimited(quotas, run));
    },

    registration(address, run) {
      const network = networkOf(address);
      return runInNetwork(network, async () => {
        await runLimited([quotasOf.registrations(network)], async () => {});
        return run();
      });
    },
  };
}
