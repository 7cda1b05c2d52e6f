import {
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { type Collected, collectFields } from './collect-fields.ts';
import type { ConditionValues } from './conditions.ts';
import { leafValidator } from './leaf-validators.ts';
import type { Data } from './run.ts';
import { UnsupportedPlanError } from './unsupported-plan-error.ts';

/** What a shape throws at data that is not as the schema promises. */
export const surprise = new Error('The data is not as the schema promises.');

/** Picks what a document asks for out of what the subgraphs answered, in the document's order. Throws `surprise`. */
export type Shape = (data: Data) => Data;

type ShapeValue = (value: unknown) => unknown;
type ShapeObject = (source: Data) => Data;

export interface ShapeParts {
  /** The API schema. */
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
  conditionValues: ConditionValues;
}

/** Compiles an operation into the function that shapes its answers. Throws UnsupportedPlanError. */
export function compileShape(parts: ShapeParts): Shape {
  const root = parts.schema.getRootType(parts.operation.operation);
  if (!root) throw new UnsupportedPlanError('an operation of no root type');
  return compileObject(root, [parts.operation.selectionSet], parts);
}

type SelectionSets = Parameters<typeof collectFields>[1];

function compileObject(type: GraphQLObjectType, sets: SelectionSets, parts: ShapeParts): ShapeObject {
  const collected = collectFields(type, sets, parts);
  const fields = collected.fields.map((field) => ({ key: field.key, shape: compileField(type, field, parts) }));
  const mayBeNameless = !collected.hasAbstractFragment;
  return (source) => {
    const typename = source.__typename;
    if (typename === undefined ? !mayBeNameless : typename !== type.name) throw surprise;
    const shaped: Data = {};
    for (const { key, shape } of fields) shaped[key] = shape(source[key]);
    return shaped;
  };
}

function compileField(type: GraphQLObjectType, { name, sets }: Collected, parts: ShapeParts): ShapeValue {
  if (name === '__typename') return typenameOf(type);
  const field = type.getFields()[name];
  if (!field) throw new UnsupportedPlanError(`the field ${name}`);
  return compileValue(field.type, sets, parts);
}

/** Subgraphs may not tell the name, or may know a root type by another one. */
function typenameOf({ name }: GraphQLObjectType): ShapeValue {
  return (value) => {
    if (value !== undefined && value !== null && value !== name) throw surprise;
    return name;
  };
}

function compileValue(type: GraphQLOutputType, sets: SelectionSets, parts: ShapeParts): ShapeValue {
  if (!isNonNullType(type)) return nullable(compilePresent(type, sets, parts));
  const shape = compilePresent(type.ofType, sets, parts);
  return (value) => {
    if (value === undefined || value === null) throw surprise;
    return shape(value);
  };
}

function nullable(shape: ShapeValue): ShapeValue {
  return (value) => (value === undefined || value === null ? null : shape(value));
}

function compilePresent(type: GraphQLOutputType, sets: SelectionSets, parts: ShapeParts): ShapeValue {
  if (isListType(type)) return listOf(compileValue(type.ofType, sets, parts));
  if (isLeafType(type)) return leaf(leafValidator(type));
  if (isObjectType(type)) return objectOf(compileObject(type, sets, parts));
  if (isAbstractType(type)) return compileAbstract(type, sets, parts);
  throw new UnsupportedPlanError(`the type ${type}`);
}

function listOf(shape: ShapeValue): ShapeValue {
  return (value) => {
    if (!Array.isArray(value)) throw surprise;
    return value.map((element) => shape(element));
  };
}

function leaf(isLeaf: (value: unknown) => boolean): ShapeValue {
  return (value) => {
    if (!isLeaf(value)) throw surprise;
    return value;
  };
}

function objectOf(shape: ShapeObject): ShapeValue {
  return (value) => {
    if (!isData(value)) throw surprise;
    return shape(value);
  };
}

/** An interface or a union: each of its types has a shape of its own, compiled when the first object of it comes. */
function compileAbstract(
  type: Parameters<GraphQLSchema['getPossibleTypes']>[0],
  sets: SelectionSets,
  parts: ShapeParts,
) {
  const possible = new Map(parts.schema.getPossibleTypes(type).map((object) => [object.name, object]));
  const shapes = new Map<string, ShapeObject>();
  const shapeFor = (object: GraphQLObjectType): ShapeObject => {
    const known = shapes.get(object.name) ?? compileObject(object, sets, parts);
    shapes.set(object.name, known);
    return known;
  };
  return (value: unknown) => {
    if (!isData(value)) throw surprise;
    const object = possible.get(value.__typename as string);
    if (!object) throw surprise;
    return shapeFor(object)(value);
  };
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
