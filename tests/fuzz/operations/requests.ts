import fc from 'fast-check';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { mutatedText } from '../mutations.ts';
import { type Bearer, bearers } from './bearers.ts';
import { printOperation } from './print-operation.ts';
import { selectionsOf } from './selections.ts';

export interface FuzzRequest {
  bearer: Bearer;
  /** The JSON body, or what is left of it. */
  body: string;
}

const depth = 5;
/** Texts that are inserted into documents and bodies to break them. */
const fragments = [
  '{',
  '}',
  '(',
  ')',
  '"',
  '\\',
  '...',
  '@skip',
  '$',
  '!',
  '[',
  '"""',
  '#',
  '\ud800',
  '\0',
  '__schema',
];

/** Generates requests: valid operations of the API, most of them, and broken ones. */
export function fuzzRequests(api: GraphQLSchema): fc.Arbitrary<FuzzRequest> {
  const [queries, mutations] = [api.getQueryType(), api.getMutationType()];
  if (!queries || !mutations) throw new Error('The API has no queries or no mutations.');
  const bodies = fc.oneof(
    { weight: 6, arbitrary: operations('query', queries, api) },
    { weight: 3, arbitrary: operations('mutation', mutations, api) },
  );
  const valid = bodies.map((operation) => JSON.stringify(operation));
  const brokenDocuments = bodies.chain(({ query, variables }) =>
    mutatedText(query, fragments).map((broken) => JSON.stringify({ query: broken, variables })),
  );
  const brokenVariables = bodies.chain(({ query }) =>
    fc.jsonValue({ maxDepth: 3 }).map((variables) => JSON.stringify({ query, variables })),
  );
  const brokenBodies = valid.chain((body) => mutatedText(body, fragments));
  const body = fc.oneof(
    { weight: 7, arbitrary: valid },
    { weight: 1, arbitrary: brokenDocuments },
    { weight: 1, arbitrary: brokenVariables },
    { weight: 1, arbitrary: brokenBodies },
  );
  return fc.record({ bearer: bearers, body });
}

const operations = (kind: 'query' | 'mutation', type: GraphQLObjectType, api: GraphQLSchema) =>
  selectionsOf(type, { api, depth }).map((selections) => printOperation(kind, selections));
