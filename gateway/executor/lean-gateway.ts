import { ApolloGateway, type GatewayConfig } from '@apollo/gateway';
import { LRUCache } from 'lru-cache';
import { compileOperation, type Planned, type RunCompiled } from './compiled-operation.ts';
import type { Execute, RequestContext } from './run.ts';
import { createSchemas, type Schemas } from './schemas.ts';

/** A gateway as Apollo Server takes it. */
export type Gateway = Pick<ApolloGateway, 'load' | 'onSchemaLoadOrUpdate' | 'stop'>;

export interface LeanGatewaySettings {
  supergraphSdl: string;
  buildService: NonNullable<GatewayConfig['buildService']>;
  logger: NonNullable<GatewayConfig['logger']>;
  /** Told of each run which executor had it. */
  onRun?: (executor: 'lean' | 'stock') => void;
}

/** Documents that are compiled at once, and the length of their texts together, in UTF-16 units. */
const maxDocuments = 1_000;
const maxDocumentsLength = 4 * 1024 * 1024;

/**
 * Apollo's gateway, with an executor of our own for what it has planned once. The first run of a document is Apollo's;
 * from the second on its plan and the shape of its answers are compiled. What is not understood stays with Apollo.
 */
export function createLeanGateway({ onRun, ...config }: LeanGatewaySettings): Gateway {
  const documents = new LRUCache<string, CachedDocument>({
    max: maxDocuments,
    maxSize: maxDocumentsLength,
    sizeCalculation: ({ length }) => Math.max(1, length),
  });
  let schemas: Schemas | undefined;

  const gateway = new ApolloGateway({
    ...config,
    experimental_didResolveQueryPlan: (planned) => {
      const key = keyOf(planned.requestContext);
      if (schemas && !documents.has(key)) documents.set(key, cache(planned, schemas));
    },
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    schemas = createSchemas({ apiSchema, supergraphSdl: coreSupergraphSdl });
    documents.clear();
  });

  const executeWith =
    (stock: Execute): Execute =>
    (requestContext) => {
      const result = documents.get(keyOf(requestContext))?.run()(requestContext);
      onRun?.(result ? 'lean' : 'stock');
      return result ?? stock(requestContext);
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

interface CachedDocument {
  /** Compiled when it is asked for a second time: most documents of a flood of new ones never are. */
  run: () => RunCompiled;
  length: number;
}

function cache(planned: Planned, schemas: Schemas): CachedDocument {
  const { queryPlan, serviceMap, operationContext } = planned;
  const { document, source } = planned.requestContext;
  let run: RunCompiled | undefined;
  return {
    run: () => {
      run ??= compileOperation({ queryPlan, serviceMap, operationContext, document }, schemas);
      return run;
    },
    length: source.length,
  };
}

/** A document may hold several operations. */
function keyOf({ queryHash, request }: RequestContext): string {
  return request.operationName ? `${queryHash}:${request.operationName}` : queryHash;
}
