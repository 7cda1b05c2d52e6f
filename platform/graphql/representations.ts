import { type GraphQLSchema, isUnionType } from 'graphql';
import { throwIfInvalid } from '../api-error.ts';

/** The most entities that a subgraph resolves in one field `_entities`: a gateway sends more in batches. */
export const maxRepresentations = 100;

/**
 * Rejects more representations than `maxRepresentations`, and those of types that are no entities, which Apollo takes for
 * a bug of the subgraph. Changes the schema.
 */
export function checkRepresentations(schema: GraphQLSchema): GraphQLSchema {
  const field = schema.getQueryType()?.getFields()._entities;
  const union = schema.getType('_Entity');
  if (!field?.resolve || !isUnionType(union)) return schema;
  const { resolve } = field;
  const names = new Set<unknown>(union.getTypes().map(({ name }) => name));
  field.resolve = (source, args: { representations: unknown[] }, ...rest) => {
    if (args.representations.length > maxRepresentations) {
      const message = `There may be at most ${maxRepresentations}: send the others in further requests.`;
      throwIfInvalid([{ field: 'representations', message }]);
    }
    const index = args.representations.findIndex((each) => !names.has((each as { __typename?: unknown }).__typename));
    if (index >= 0) {
      const message = `It must name an entity: ${[...names].join(', ')}.`;
      throwIfInvalid([{ field: `representations[${index}].__typename`, message }]);
    }
    return resolve(source, args, ...rest);
  };
  return schema;
}
