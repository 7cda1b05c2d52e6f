import { GraphQLError } from 'graphql';
import { rateLimited } from '../../platform/api-error.ts';
import { type AdmitCost, tooExpensive } from '../../platform/cost/limit-cost.ts';
import type { RequestContext } from '../../platform/graphql/execute.ts';
import type { Metering } from '../../platform/graphql/graphql-endpoint.ts';
import type { ValidOperation } from '../../platform/graphql/prepared-operations.ts';
import { createRateLimiter, type RateLimitedError, rateLimitedResponse } from '../../platform/http/rate-limiter.ts';
import type { Caller } from '../identity/identity.ts';
import { operationPrice, priceOfDocument, priceOfPlan, priceOfResponse } from './prices.ts';

export interface CostLimits {
  /** The largest cost of one operation. */
  maxCost: number;
  /** Limit of what one caller is charged in a minute, over all gateways; `defaultBudget` if omitted. */
  budgetPerMinute?: number | undefined;
  /** Gateways that share a caller's requests evenly, each of which counts its own part of the budget; 1 if omitted. */
  replicas?: number | undefined;
}

/** 2,000 of the largest operations, and enough for a thousand new documents where `maxCost` is small. */
const defaultBudget = (maxCost: number) => Math.max(1_000_000, 2_000 * maxCost);

/** The sum that one request has been charged, in its context. */
export interface Bill {
  charged: number;
}

interface BudgetContext extends RequestContext {
  caller: Caller;
  bill: Bill;
}

export interface CostBudget extends Metering<BudgetContext> {
  /** Creates the decision on one operation: it must be within its limit, unless it is trusted, and within the budget. */
  admit(operation: ValidOperation): AdmitCost;
}

/**
 * Creates the budgets of callers, each of which refills a minute after the first charge to it. An operation or a document
 * for which too little is left is rejected, and not charged.
 */
export function createCostBudget({ maxCost, budgetPerMinute, replicas = 1 }: CostLimits): CostBudget {
  const pointsPerMinute = Math.max(1, Math.floor((budgetPerMinute ?? defaultBudget(maxCost)) / replicas));
  const limiter = createRateLimiter({ pointsPerMinute });

  /** Returns the error if too little is left. */
  const charge = async ({ caller, bill }: BudgetContext, points: number): Promise<RateLimitedError | undefined> => {
    const msBeforeNext = await limiter.consume(await caller.budgetKey(), points);
    if (msBeforeNext !== undefined)
      return rateLimited('Your operations cost too much in the last minute', msBeforeNext);
    bill.charged += points;
    return undefined;
  };

  return {
    admit: ({ source }) => {
      let planning = priceOfPlan(source);
      return async (cost, context) => {
        const budgetContext = context as BudgetContext;
        const tooDear = budgetContext.isTrusted ? undefined : tooExpensive(cost, maxCost);
        // An operation is planned when it is first executed.
        const error = await charge(budgetContext, operationPrice + (tooDear ? 0 : cost + planning));
        if (error) return toGraphqlError(error);
        if (!tooDear) planning = 0;
        return tooDear;
      };
    },
    async admitDocument(document, context) {
      const error = await charge(context, priceOfDocument(document));
      return error && rateLimitedResponse(error);
    },
    chargeResponse(length, { caller, bill }) {
      const missing = priceOfResponse(length) - bill.charged;
      if (missing > 0) void Promise.resolve(caller.budgetKey()).then((key) => limiter.charge(key, missing));
    },
  };
}

function toGraphqlError(originalError: RateLimitedError): GraphQLError {
  const { status, headers } = rateLimitedResponse(originalError);
  const { message, extensions } = originalError;
  return new GraphQLError(message, { originalError, extensions: { ...extensions, http: { status, headers } } });
}
