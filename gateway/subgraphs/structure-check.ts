import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isUnionType,
} from 'graphql';
import { leafValidator } from '../execution/leaf-validators.ts';
import type { Data } from '../execution/run.ts';

/** The fields of an object of one type. As data, it takes a fraction of the memory that functions would. */
export interface Structure {
  type: GraphQLCompositeType;
  fields: StructureField[];
}

export interface StructureField {
  key: string;
  name: string;
  fits: Fits;
  inner: Structure | FindStructure | undefined;
}

/** Finds the structure of a value of an interface or a union. Returns undefined for a type that cannot be there. */
export type FindStructure = (object: Data) => Structure | undefined;

/** Returns false for a value that is not of its type. A value of a response with errors may be null. */
type Fits = (value: unknown, isPartial: boolean, inner: StructureField['inner']) => boolean;

/** Throws for an object with a field whose value is not of its type. One of a response with errors may lack fields. */
export function checkObject(object: Data, { type, fields }: Structure, isPartial: boolean): void {
  for (const { key, name, fits, inner } of fields) {
    const value = object[key];
    if (value === undefined && isPartial) continue;
    if (!fits(value, isPartial, inner))
      throw new Error(`The subgraph returned ${describe(value)} for ${type.name}.${name}, a ${typeOf(type, name)}.`);
  }
}

interface ExpectedEntities {
  representations: readonly { __typename?: unknown }[];
  /** By the names of types. */
  structures: ReadonlyMap<unknown, Structure>;
  isPartial: boolean;
}

/** Throws unless there is an entity of its type, or null for one that does not exist, for each representation. */
export function checkEntities(entities: unknown, { representations, structures, isPartial }: ExpectedEntities): void {
  if (!Array.isArray(entities)) throw new Error('The subgraph returned no list of entities.');
  if (entities.length !== representations.length)
    throw new Error(`The subgraph returned ${entities.length} entities for ${representations.length} representations.`);
  entities.forEach((entity: unknown, index) => {
    if (entity === null) return;
    if (!isData(entity)) throw new Error(`The subgraph returned ${describe(entity)} for an entity.`);
    const structure = structures.get(representations[index]?.__typename);
    if (structure) checkObject(entity, structure, isPartial);
  });
}

/** The checks of the schema's types, which all operations share. */
const checks = new WeakMap<GraphQLOutputType, Fits>();

export function fitsType(type: GraphQLOutputType): Fits {
  const fits = checks.get(type) ?? (isNonNullType(type) ? fitsNonNull(type.ofType) : fitsNullable(type));
  checks.set(type, fits);
  return fits;
}

function fitsNonNull(type: GraphQLOutputType): Fits {
  const fits = fitsPresent(type);
  return (value, isPartial, inner) => (value === null ? isPartial : fits(value, isPartial, inner));
}

function fitsNullable(type: GraphQLOutputType): Fits {
  const fits = fitsPresent(type);
  return (value, isPartial, inner) => value === null || fits(value, isPartial, inner);
}

function fitsPresent(type: GraphQLOutputType): Fits {
  if (isListType(type)) {
    const fits = fitsType(type.ofType);
    return (value, isPartial, inner) =>
      Array.isArray(value) && value.every((element) => fits(element, isPartial, inner));
  }
  if (!isLeafType(type)) return fitsObject;
  const isLeaf = leafValidator(type);
  return (value) => value !== undefined && isLeaf(value);
}

const fitsObject: Fits = (value, isPartial, inner) => {
  if (!isData(value)) return false;
  const structure = typeof inner === 'function' ? inner(value) : inner;
  if (structure) checkObject(value, structure, isPartial);
  return structure !== undefined;
};

const nameChecks = new WeakMap<GraphQLCompositeType, Fits>();

/** The check of `__typename`. Root types may have other names in a subgraph. */
export function fitsTypename(type: GraphQLCompositeType, { isRoot }: { isRoot: boolean }): Fits {
  if (isRoot || isAbstractType(type)) return isString;
  const fits = nameChecks.get(type) ?? ((value) => value === type.name);
  nameChecks.set(type, fits);
  return fits;
}

const isString: Fits = (value) => typeof value === 'string';

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeOf(type: GraphQLCompositeType, name: string): string {
  return (isUnionType(type) ? undefined : type.getFields()[name]?.type.toString()) ?? 'String!';
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
