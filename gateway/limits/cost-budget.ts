import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from '../../platform/api-error.ts';
import { type AdmitCost, tooExpensive } from '../../platform/cost/limit-cost.ts';
import type { RequestContext } from '../../platform/graphql/execute.ts';
import type { ErrorExtensions } from '../../schema/error-codes.ts';
import type { Caller } from '../identity/identity.ts';

export interface CostLimits {
  /** The largest cost of one operation. */
  maxCost: number;
  /** Limit of what the operations of one caller may cost in a minute, over all gateways; `defaultBudget` if omitted. */
  budgetPerMinute?: number | undefined;
  /** Gateways that share a caller's requests evenly, each of which counts its own part of the budget; 1 if omitted. */
  replicas?: number | undefined;
}

/** One processor, if every operation were the worst that `maxCost` allows: see docs/performance.md. */
const defaultBudget = (maxCost: number) => 240 * maxCost;

const windowSeconds = 60;

/** Bounds the memory for budgets to a few megabytes; the caller that is forgotten first has not called for longest. */
const maxCallers = 20_000;

/**
 * Creates the decision on an operation: its cost must be within the limit of one operation, and within what is left of
 * the caller's budget, to which it is charged. An operation costs 1 at least. A trusted one has a budget only.
 */
export function createCostAdmission({ maxCost, ...limits }: CostLimits): AdmitCost {
  const charge = createBudget({ maxCost, ...limits });
  return async (cost, context) => {
    const { caller, isTrusted } = context as { caller: Caller } & RequestContext;
    const error = isTrusted ? undefined : tooExpensive(cost, maxCost);
    if (error) return error;
    return charge(await caller.budgetKey(), Math.max(1, cost));
  };
}

type Charge = (key: string, cost: number) => Promise<GraphQLError | undefined>;

/** Creates budgets that refill each minute, a caller's from its first operation on. A rejected operation is not charged. */
function createBudget({ maxCost, budgetPerMinute = defaultBudget(maxCost), replicas = 1 }: CostLimits): Charge {
  const points = Math.max(1, Math.floor(budgetPerMinute / replicas));
  const limiter = new RateLimiterMemory({ points, duration: windowSeconds });
  const callers = new LRUCache<string, true>({
    max: maxCallers,
    dispose: (_, key, reason) => void (reason === 'evict' && limiter.delete(key)),
  });
  return async (key, cost) => {
    callers.set(key, true);
    try {
      await limiter.consume(key, cost);
      return undefined;
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      await limiter.reward(key, cost);
      return budgetUsedUp(rejected.msBeforeNext);
    }
  };
}

function budgetUsedUp(msBeforeNext: number): GraphQLError {
  const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  const message = `Your operations cost too much in the last minute: try again in ${retryAfterSeconds} seconds.`;
  const http = { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } };
  const originalError = new ApiError<ErrorExtensions>({ code: 'RATE_LIMITED', retryAfterSeconds }, message);
  return new GraphQLError(message, { originalError, extensions: { ...originalError.extensions, http } });
}
