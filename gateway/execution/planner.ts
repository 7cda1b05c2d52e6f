import { createRequire } from 'node:module';
import type * as Federation from '@apollo/federation-internals';
import type * as QueryPlanning from '@apollo/query-planner';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { createResponseNames, type ResponseNames } from './response-names.ts';

// Both are CommonJS: importing names from them would make Node read all of their source a second time.
const require = createRequire(import.meta.url);
const { operationFromDocument, Supergraph } = require('@apollo/federation-internals') as typeof Federation;
const { QueryPlanner } = require('@apollo/query-planner') as typeof QueryPlanning;

/** Apollo's query planner for one supergraph. */
export interface Planner {
  /** The schema that clients see. */
  schema: GraphQLSchema;
  /** The same for Apollo's functions. */
  federationSchema: Federation.Schema;
  /** Everything that the subgraphs have, including what clients do not see. Built on first use. */
  supergraphSchema: () => GraphQLSchema;
  subgraphs: { name: string; url?: string }[];
  responseNames: ResponseNames;
  /** Plans a valid operation. Throws a GraphQLError for one that is too complex. */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan;
}

/** Loads a composed supergraph. */
export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = Supergraph.build(supergraphSdl);
  const federationSchema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph);
  const schema = federationSchema.toGraphQLJSSchema();
  let builtSchema: GraphQLSchema | undefined;
  const supergraphSchema = () => {
    builtSchema ??= supergraph.schema.toGraphQLJSSchema();
    return builtSchema;
  };
  return {
    schema,
    federationSchema,
    supergraphSchema,
    responseNames: createResponseNames(schema, supergraphSchema),
    subgraphs: [...supergraph.subgraphsMetadata()],
    plan: (document, operationName) =>
      planner.buildQueryPlan(operationFromDocument(federationSchema, document, operationName ? { operationName } : {})),
  };
}

/** Measured for a plan, by the length of its JSON. */
const bytesPerPlanCharacter = 6;

/** Copies a plan for keeping: the planner's strings are concatenations, which take ten times the memory. */
export function compactPlan(plan: QueryPlan): { plan: QueryPlan; sizeBytes: number } {
  const json = JSON.stringify(plan);
  return { plan: JSON.parse(json) as QueryPlan, sizeBytes: bytesPerPlanCharacter * json.length };
}
