import { ApolloGateway, type GatewayConfig } from '@apollo/gateway';
import { createDocumentCache, operationKey } from '../../platform/graphql/document-cache.ts';
import { compileOperation, type PrepareRun, type RunPlan } from './compiled-operation.ts';
import type { Execute, RequestContext, Result } from './run.ts';
import { createSchemas, type Schemas } from './schemas.ts';

/** A gateway as Apollo Server takes it. */
export type Gateway = Pick<ApolloGateway, 'load' | 'onSchemaLoadOrUpdate' | 'stop'>;

export interface CompiledGatewaySettings {
  supergraphSdl: string;
  buildService: NonNullable<GatewayConfig['buildService']>;
  logger: NonNullable<GatewayConfig['logger']>;
  /** Told of each run which executor had it. */
  onRun?: (executor: 'compiled' | 'apollo') => void;
}

/**
 * Apollo's gateway, with an executor of our own for its plans. Apollo's executor is asked for a document's first run;
 * once it has planned, the plan and the shape of its answers are compiled, and run then and whenever the document comes
 * again. What is not understood stays with Apollo.
 */
export function createCompiledGateway({ onRun = () => {}, ...config }: CompiledGatewaySettings): Gateway {
  const documents = createDocumentCache<PrepareRun>();
  let schemas: Schemas | undefined;

  const gateway = new ApolloGateway({
    ...config,
    experimental_didResolveQueryPlan: ({ requestContext, ...planned }) => {
      const key = operationKey(requestContext);
      if (!schemas || documents.get(key)) return;
      const prepare = compileOperation({ ...planned, document: requestContext.document }, schemas);
      documents.set(key, prepare, requestContext.source);
      const run = prepare(requestContext);
      if (run) throw new PlanTaken(run);
    },
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    schemas = createSchemas({ apiSchema, supergraphSdl: coreSupergraphSdl });
    documents.clear();
  });

  const executeWith =
    (stock: Execute): Execute =>
    async (requestContext) => {
      const run =
        documents.get(operationKey(requestContext))?.(requestContext) ?? (await firstRun(stock, requestContext));
      onRun(typeof run === 'function' ? 'compiled' : 'apollo');
      return typeof run === 'function' ? run() : run;
    };

  return {
    load: async (options) => {
      const loaded = await gateway.load(options);
      return { ...loaded, executor: executeWith(loaded.executor) };
    },
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
  };
}

/** Leaves Apollo's executor when it has planned and before it executes. */
class PlanTaken extends Error {
  readonly run: RunPlan;
  constructor(run: RunPlan) {
    super('The plan is run elsewhere.');
    this.run = run;
  }
}

/** Apollo's own result, or the run of the plan that it was left with. */
async function firstRun(stock: Execute, requestContext: RequestContext): Promise<Result | RunPlan> {
  try {
    return await stock(requestContext);
  } catch (error) {
    if (error instanceof PlanTaken) return error.run;
    throw error;
  }
}
