import {
  type ASTNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { type CollectedField, collectFields, type SelectionContext } from './collect-fields.ts';
import { type IsLeaf, leafValidator } from './leaf-validators.ts';
import type { ClientNames } from './renamed-operation.ts';
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
  clientNames: ClientNames;
  countBytes: CountBytes;
}

/** Measured, with the keys and the functions. */
const bytesPerObject = 400;
const bytesPerField = 350;
/** Measured for a selection of an abstract type, without the parsed document, to which its lazily compiled shapes refer. */
const bytesPerAbstractField = 2_000;
/** Measured for a node of a document parsed without locations. */
const bytesPerNode = 150;

/** Compiles an operation into the function that shapes its data. Throws UnsupportedPlanError. */
export function compileShape(settings: ShapeContext): ShapeResponse {
  const { operation, fragments, schema, countBytes } = settings;
  const root = schema.getRootType(operation.operation);
  if (!root) throw new UnsupportedPlanError('an operation without a root type');
  let isDocumentCounted = false;
  const countDocument = () => {
    if (isDocumentCounted) return;
    isDocumentCounted = true;
    for (const definition of [operation, ...Object.values(fragments)])
      countBytes(bytesPerNode * countNodes(definition));
  };
  return compileObject(root, [operation.selectionSet], { ...settings, countDocument });
}

interface CompileContext extends ShapeContext {
  /** Counts the parsed document, the first time. */
  countDocument: () => void;
}

type SelectionSets = Parameters<typeof collectFields>[1];

function countNodes(root: ASTNode): number {
  let nodes = 0;
  visit(root, {
    enter: () => {
      nodes += 1;
    },
  });
  return nodes;
}

function compileObject(type: GraphQLObjectType, sets: SelectionSets, context: CompileContext): ShapeObject {
  const collected = collectFields(type, sets, context);
  const fields: { key: string; clientKey: string; shape: ShapeValue }[] = [];
  // A callback here would be a closure over `context`, and the shape would share its scope: it would keep the document.
  for (const field of collected.fields) {
    const clientKey = context.clientNames.get(field.key) ?? field.key;
    fields.push({ key: field.key, clientKey, shape: compileField(type, field, context) });
  }
  const create = fields.some(({ clientKey }) => clientKey === '__proto__') ? objectWithoutPrototype : plainObject;
  const mayOmitTypename = !collected.hasAbstractFragment;
  context.countBytes(bytesPerObject + fields.length * bytesPerField);
  return (source) => {
    const typename = source.__typename;
    if (typename === undefined ? !mayOmitTypename : typename !== type.name) throw new ResponseShapeError();
    const shaped = create();
    for (const { key, clientKey, shape } of fields) shaped[clientKey] = shape(source[key]);
    return shaped;
  };
}

const plainObject = (): Data => ({});
/** Without a prototype, `__proto__` is a key as any other. */
const objectWithoutPrototype = (): Data => Object.create(null) as Data;

function compileField(type: GraphQLObjectType, { name, sets }: CollectedField, context: CompileContext): ShapeValue {
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

function compileValue(type: GraphQLOutputType, sets: SelectionSets, context: CompileContext): ShapeValue {
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

function compilePresent(type: GraphQLOutputType, sets: SelectionSets, context: CompileContext): ShapeValue {
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
  context: CompileContext,
) {
  context.countBytes(sets.length * bytesPerAbstractField);
  context.countDocument();
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
