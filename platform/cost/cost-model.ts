import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInputObjectType,
  isListType,
} from 'graphql';
import type { InputWeights } from './arguments.ts';
import { type ListSize, readCostDirectives } from './directives.ts';

type Field = GraphQLField<unknown, unknown>;

/** The costs that the directives of a schema declare. */
export interface CostModel extends InputWeights {
  schema: GraphQLSchema;
  /** Weight of one object or value of a field: of its `@cost`, else of its type's, else 1 for an object and 0 for a leaf. */
  weightOfField(field: Field): number;
  listSizeOf(field: Field): ListSize | undefined;
}

/**
 * Root fields that return one object for each element of an argument: Federation's for entities, which SDL does not
 * declare, and that of Relay's Global Object Identification. `@listSize` cannot say it, because composition takes no
 * slicing argument but integers.
 */
const elementsByArgument: Record<string, string> = { _entities: 'representations', nodes: 'ids' };

/** Reads the costs of a schema that was built from SDL. */
export function createCostModel(schema: GraphQLSchema): CostModel {
  const { weightOf, listSizeOf } = readCostDirectives(schema);
  const fieldWeights = new Map<Field, number>();
  const inputWeights = new Map<GraphQLArgument | GraphQLInputField, number>();
  const weightedTypes = findWeightedTypes(schema, (input) => weightOf(input) ?? 0);
  const listArguments = findListArguments(schema);

  return {
    schema,
    weightOfField: (field) =>
      remember(fieldWeights, field, () => {
        const type = getNamedType(field.type);
        return weightOf(field) ?? weightOf(type) ?? (isCompositeType(type) ? 1 : 0);
      }),
    listSizeOf: (field) => {
      const declared = listSizeOf(field);
      const argument = listArguments.get(field);
      if (argument === undefined) return declared;
      return { assumedSize: declared?.assumedSize, slicingArguments: [argument], sizedFields: [] };
    },
    weightOf: (input) =>
      remember(inputWeights, input, () => weightOf(input) ?? weightOf(getNamedType(input.type)) ?? 0),
    isWeighted: (type: GraphQLInputType) => weightedTypes.has(getNamedType(type)),
  };
}

function remember<Key, Value>(known: Map<Key, Value>, key: Key, compute: () => Value): Value {
  const value = known.get(key) ?? compute();
  known.set(key, value);
  return value;
}

/** Finds the fields of `elementsByArgument` that a schema has. */
function findListArguments(schema: GraphQLSchema): Map<Field, string> {
  const fields = schema.getQueryType()?.getFields() ?? {};
  return new Map(
    Object.entries(elementsByArgument).flatMap(([name, argument]) => {
      const field = fields[name];
      const type = field?.args.find((each) => each.name === argument)?.type;
      return field && type && isListType(getNullableType(type)) ? [[field, argument]] : [];
    }),
  );
}

/** Finds the input types that have a weight somewhere in them. They may refer to each other. */
function findWeightedTypes(
  schema: GraphQLSchema,
  weightOf: (definition: GraphQLInputField | GraphQLNamedType) => number,
): Set<GraphQLNamedType> {
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const weighted = new Set<GraphQLNamedType>();
  for (let size = -1; size < weighted.size; ) {
    size = weighted.size;
    for (const input of inputs) {
      const isWeighted = Object.values(input.getFields()).some((field) => {
        const type = getNamedType(field.type);
        return weightOf(field) > 0 || weightOf(type) > 0 || weighted.has(type);
      });
      if (isWeighted) weighted.add(input);
    }
  }
  return weighted;
}
