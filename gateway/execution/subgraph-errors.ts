import { generateHydratedPaths } from '@apollo/gateway/dist/executeQueryPlan.js';
import type { ResponsePath } from '@apollo/query-planner';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Run } from './run.ts';

/** Finds the paths in the client's response that a path in a subgraph's response stands for. */
type FindPlaces = (path: ResponsePath) => ResponsePath[];

/** Converts a subgraph's errors as Apollo's executor does, to one error for each path that they concern. */
export function asGatewayErrors(
  errors: readonly GraphQLFormattedError[],
  serviceName: string,
  findPlaces: FindPlaces,
): GraphQLError[] {
  return errors.flatMap((error) =>
    error.path
      ? findPlaces([...error.path]).map((path) => asGatewayError(error, serviceName, path))
      : [asGatewayError(error, serviceName)],
  );
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
