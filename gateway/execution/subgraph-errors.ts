import { generateHydratedPaths } from '@apollo/gateway/dist/executeQueryPlan.js';
import type { ResponsePath } from '@apollo/query-planner';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Run } from './run.ts';

/** The places in the client's answer that a path of a subgraph's answer stands for. */
type FindPlaces = (path: ResponsePath) => ResponsePath[];

/** A subgraph's errors as Apollo's executor words them, one for each place that they concern. */
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
 * Where the entities of a call are: `["_entities", 2, "name"]` becomes the path of each object that the third of the
 * sent representations stands for.
 */
export function placesOf({ path, run, sentAs }: { path: ResponsePath; run: Run; sentAs: number[] }): FindPlaces {
  let places: ResponsePath[] | undefined;
  return (inAnswer) => {
    const [, index] = inAnswer;
    if (typeof index !== 'number') return [[...path, ...inAnswer]];
    if (!places) {
      places = [];
      generateHydratedPaths([], path, run.data, places);
    }
    const found = places;
    const represented = sentAs.flatMap((sentIndex, nth) => (sentIndex === index ? [nth] : []));
    return (represented.length > 0 ? represented : [index]).map((nth) => [...(found[nth] ?? []), ...inAnswer.slice(2)]);
  };
}
