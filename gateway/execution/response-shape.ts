import {
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { type CollectedField, collectFields, type SelectionContext } from './collect-fields.ts';
import { type CountBytes, type Data, ResponseShapeError, UnsupportedPlanError } from './run.ts';

/**
 * Picks the selected fields from the data of the subgraphs, in the order of the document. Throws ResponseShapeError for
 * data that does not fit the schema.
 */
export type ShapeResponse = (data: Data) => Data;

type ShapeValue = (value: unknown) => unknown;
type ShapeObject = (source: Data) => Data;

export interface ShapeContext extends SelectionContext {
  operation: OperationDefinitionNode;
  countBytes: CountBytes;
}

/** Measured, with the keys and the functions. */
const bytesPerObject = 500;
const bytesPerField = 500;
/** A lazily compiled abstract type refers to the parsed document; measured for a selection of it. */
const bytesPerAbstractField = 2_000;

/** Compiles an operation into the function that shapes its data. Throws UnsupportedPlanError. */
export function compileShape(context: ShapeContext): ShapeResponse {
  const root = context.schema.getRootType(context.operation.operation);
  if (!root) throw new UnsupportedPlanError('an operation without a root type');
  return compileObject(root, [context.operation.selectionSet], context);
}

type SelectionSets = Parameters<typeof collectFields>[1];

function compileObject(type: GraphQLObjectType, sets: SelectionSets, context: ShapeContext): ShapeObject {
  const collected = collectFields(type, sets, context);
  const fields = collected.fields.map((field) => ({ key: field.key, shape: compileField(type, field, context) }));
  const mayOmitTypename = !collected.hasAbstractFragment;
  context.countBytes(bytesPerObject + fields.length * bytesPerField);
  return (source) => {
    const typename = source.__typename;
    if (typename === undefined ? !mayOmitTypename : typename !== type.name) throw new ResponseShapeError();
    const shaped: Data = {};
    for (const { key, shape } of fields) shaped[key] = shape(source[key]);
    return shaped;
  };
}

function compileField(type: GraphQLObjectType, { name, sets }: CollectedField, context: ShapeContext): ShapeValue {
  if (name === '__typename') return typenameOf(type);
  const field = type.getFields()[name];
  if (!field) throw new UnsupportedPlanError(`the field ${name}`);
  return compileValue(field.type, sets, context);
}

/** Subgraphs may omit the name, or have another one for a root type. */
function typenameOf({ name }: GraphQLObjectType): ShapeValue {
  return (value) => {
    if (value !== undefined && value !== null && value !== name) throw new ResponseShapeError();
    return name;
  };
}

function compileValue(type: GraphQLOutputType, sets: SelectionSets, context: ShapeContext): ShapeValue {
  if (!isNonNullType(type)) return nullable(compilePresent(type, sets, context));
  const shape = compilePresent(type.ofType, sets, context);
  return (value) => {
    if (value === undefined || value === null) throw new ResponseShapeError();
    return shape(value);
  };
}

function nullable(shape: ShapeValue): ShapeValue {
  return (value) => (value === undefined || value === null ? null : shape(value));
}

function compilePresent(type: GraphQLOutputType, sets: SelectionSets, context: ShapeContext): ShapeValue {
  if (isListType(type)) return listOf(compileValue(type.ofType, sets, context));
  if (isLeafType(type)) return leaf(leafValidator(type));
  if (isObjectType(type)) return objectOf(compileObject(type, sets, context));
  if (isAbstractType(type)) return compileAbstract(type, sets, context);
  throw new UnsupportedPlanError(`the type ${type}`);
}

function listOf(shape: ShapeValue): ShapeValue {
  return (value) => {
    if (!Array.isArray(value)) throw new ResponseShapeError();
    return value.map((element) => shape(element));
  };
}

/** Tells values that surely are of a leaf type; Apollo's rules accept a few more. */
type IsLeaf = (value: unknown) => boolean;

/** Returns the check for a scalar or an enum. Custom scalars may have any value. */
function leafValidator(type: GraphQLLeafType): IsLeaf {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  return scalarChecks[type.name] ?? (() => true);
}

const scalarChecks: Record<string, IsLeaf> = {
  Int: Number.isSafeInteger,
  Float: Number.isFinite,
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string' || Number.isSafeInteger(value),
  Boolean: (value) => typeof value === 'boolean',
};

function leaf(isLeaf: IsLeaf): ShapeValue {
  return (value) => {
    if (!isLeaf(value)) throw new ResponseShapeError();
    return value;
  };
}

function objectOf(shape: ShapeObject): ShapeValue {
  return (value) => {
    if (!isData(value)) throw new ResponseShapeError();
    return shape(value);
  };
}

/** Compiles an interface or a union: each of its types has a shape of its own, compiled for the first object of it. */
function compileAbstract(
  type: Parameters<GraphQLSchema['getPossibleTypes']>[0],
  sets: SelectionSets,
  context: ShapeContext,
) {
  context.countBytes(sets.length * bytesPerAbstractField);
  const possible = new Map(context.schema.getPossibleTypes(type).map((object) => [object.name, object]));
  const shapes = new Map<string, ShapeObject>();
  const shapeFor = (object: GraphQLObjectType): ShapeObject => {
    const shape = shapes.get(object.name) ?? compileObject(object, sets, context);
    shapes.set(object.name, shape);
    return shape;
  };
  return (value: unknown) => {
    if (!isData(value)) throw new ResponseShapeError();
    const object = possible.get(value.__typename as string);
    if (!object) throw new ResponseShapeError();
    return shapeFor(object)(value);
  };
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
