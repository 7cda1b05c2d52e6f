import { generateHydratedPaths } from '@apollo/gateway/dist/executeQueryPlan.js';
import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Run } from './run.ts';

/** Finds the paths in the client's response that a path in a subgraph's response stands for. */
type FindPlaces = (path: ResponsePath) => ResponsePath[];

/**
 * Converts a subgraph's errors as Apollo's executor does, to one error for each path that they concern. Their paths have
 * the response names of the operation, where Apollo's may have some of the planner's.
 */
export function asGatewayErrors(
  errors: readonly GraphQLFormattedError[],
  { serviceName, outputRewrites = [] }: FetchNode,
  findPlaces: FindPlaces,
): GraphQLError[] {
  // The planner's own aliases, for fields of one response name whose types do not merge.
  const names = new Map(
    outputRewrites.flatMap((rewrite) =>
      rewrite.kind === 'KeyRenamer' ? [[rewrite.path.at(-1), rewrite.renameKeyTo] as const] : [],
    ),
  );
  return errors.flatMap((error) => {
    const path = error.path?.map((key) => names.get(String(key)) ?? key);
    if (!path) return [asGatewayError(error, serviceName)];
    return findPlaces(path).map((place) => asGatewayError(error, serviceName, place));
  });
}

function asGatewayError(error: GraphQLFormattedError, serviceName: string, path?: ResponsePath): GraphQLError {
  const { message, extensions } = error;
  return new GraphQLError(message || `Error while fetching subquery from service "${serviceName}"`, {
    originalError: error as Error,
    ...(path && { path }),
    extensions: { ...extensions, serviceName, code: extensions?.code || 'DOWNSTREAM_SERVICE_ERROR' },
  });
}

/**
 * Locates the entities of a call: `["_entities", 2, "name"]` becomes the path of each object that the third of the sent
 * representations stands for.
 */
export function placesOf({ path, run, sentAs }: { path: ResponsePath; run: Run; sentAs: number[] }): FindPlaces {
  let places: ResponsePath[] | undefined;
  return (inResponse) => {
    const [, index] = inResponse;
    if (typeof index !== 'number') return [[...path, ...inResponse]];
    if (!places) {
      places = [];
      generateHydratedPaths([], path, run.data, places);
    }
    const all = places;
    const represented = sentAs.flatMap((sentIndex, nth) => (sentIndex === index ? [nth] : []));
    return (represented.length > 0 ? represented : [index]).map((nth) => [...(all[nth] ?? []), ...inResponse.slice(2)]);
  };
}
