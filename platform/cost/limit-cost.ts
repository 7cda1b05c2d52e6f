import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { ApiError } from '../api-error.ts';
import type { ExecutableOperation, Executor, ValidOperation } from '../graphql/prepared-operations.ts';
import { wholeNumber } from '../process/environment.ts';
import { createCostModel } from './cost-model.ts';
import { compileCost } from './operation-cost.ts';

/** The largest cost of one operation by default; docs/performance.md has the measurements that it comes from. */
export const defaultMaxCost = 10_000;

/** The environment variable of every server that limits what an operation may cost. */
export const costVariables = {
  MAX_COST: wholeNumber({ min: 1, max: 1_000_000_000 })
    .prefault(String(defaultMaxCost))
    .describe('The largest cost of one operation, by the weights in the schema.'),
};

/** The part of a request's context that the limit needs. */
export interface CostContext {
  /** The client asked for the cost, which the response then has in `extensions.cost`. */
  wantsCost?: true;
}

/** Decides whether an operation of this cost may run. Returns the error that rejects it. */
export type AdmitCost = (cost: number, context: object) => GraphQLError | undefined | Promise<GraphQLError | undefined>;

export interface CostLimitSettings {
  /** Built from SDL with `@cost` and `@listSize`. */
  schema: GraphQLSchema;
  /** Creates the decision for one operation. */
  admit: (operation: ValidOperation) => AdmitCost;
}

/** Rejects operations that are too expensive before they are planned. The cost is compiled when an operation is prepared. */
export function limitCost(executor: Executor, { schema, admit: admitOperation }: CostLimitSettings): Executor {
  const model = createCostModel(schema);
  return {
    ...executor,
    prepare: (operation) => {
      const { cost: costOf, sizeBytes } = compileCost(operation, model);
      const admit = admitOperation(operation);
      const executable = executor.prepare(operation);
      const executeUnless = (error: GraphQLError | undefined, cost: number, request: Request) => {
        const { wantsCost } = request.context as CostContext;
        if (error) return Promise.resolve({ errors: [error], ...(wantsCost && { extensions: { cost } }) });
        const executing = executable.execute(request);
        return wantsCost ? executing.then((result) => withCost(result, cost)) : executing;
      };
      return {
        execute: (request) => {
          const cost = costOf(request.variables);
          const rejected = admit(cost, request.context);
          return rejected instanceof Promise
            ? rejected.then((error) => executeUnless(error, cost, request))
            : executeUnless(rejected, cost, request);
        },
        sizeBytes: () => sizeBytes + executable.sizeBytes(),
      };
    },
  };
}

type Request = Parameters<ExecutableOperation['execute']>[0];

function withCost(result: ExecutionResult, cost: number): ExecutionResult {
  return { ...result, extensions: { ...result.extensions, cost } };
}

/** Creates a wrapper that limits the cost of one operation of a schema, whoever sends it. */
export function limitSchemaCost(schema: GraphQLSchema, maxCost = defaultMaxCost): (executor: Executor) => Executor {
  const admit: AdmitCost = (cost, { isTrusted }: { isTrusted?: boolean }) =>
    isTrusted ? undefined : tooExpensive(cost, maxCost);
  return (executor) => limitCost(executor, { schema, admit: () => admit });
}

/** Returns the error for an operation that costs more than `maxCost`. */
export function tooExpensive(cost: number, maxCost: number): GraphQLError | undefined {
  if (cost <= maxCost) return undefined;
  const message = `The operation would cost ${cost}, and at most ${maxCost} is allowed: select fewer fields, or ask for shorter lists.`;
  const originalError = new ApiError({ code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost, maxCost }, message);
  return new GraphQLError(message, { originalError });
}
