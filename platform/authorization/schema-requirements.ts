import { type DefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql';
import { createDirectiveReader } from './directive-requirements.ts';
import { createCombineRequirements, type Requirement, withoutImplied } from './requirement.ts';
import { readTypeDefinitions, type TypeDefinition } from './type-definitions.ts';

/** Requirements of the fields of a schema. Equal ones are the same object. */
export interface SchemaRequirements {
  /** Requirement of a field of an object or an interface; undefined if anybody may select it. */
  ofField(typeName: string, fieldName: string): Requirement | undefined;
  /** Requirement of any value of a type, also if nothing but its `__typename` is selected. */
  ofType(typeName: string): Requirement | undefined;
  /** Lists what the fields require, each requirement once. */
  all(): Requirement[];
}

/**
 * Reads the requirements of a subgraph's SDL or a supergraph. A field requires what stands at it, at the types of its
 * object and its value, and at what is fetched for it: composition puts all of that at the field, or rejects the schema,
 * but older releases did not (GHSA-mx7m-j9xf-62hw, GHSA-m8jr-fxqx-8xx6).
 */
export function readRequirements(definitions: readonly DefinitionNode[]): SchemaRequirements {
  const types = readTypeDefinitions(definitions);
  const reader = createDirectiveReader(definitions);
  const combine = createCombineRequirements();
  const implementations = new Map<string, TypeDefinition[]>();
  for (const type of types.values()) {
    for (const name of type.isInterface ? [] : type.interfaces)
      implementations.set(name, [...(implementations.get(name) ?? []), type]);
  }
  const ownOfType = (name: string) => combine(reader.requirementsOf(types.get(name)?.directives ?? []));
  const ownOfField = (type: string, field: string) =>
    combine(reader.requirementsOf(types.get(type)?.fields.get(field)?.directives ?? []));

  const ofType = memoized((name) =>
    combine([ownOfType(name), ...(implementations.get(name) ?? []).map((object) => ownOfType(object.name))]),
  );

  /** Reads an interface, or its field, without what composition carried there from its objects. */
  const ofInterface = (name: string, own: (objectOrInterface: string) => Requirement | undefined) => {
    const ofObjects = (implementations.get(name) ?? []).map((object) => own(object.name));
    return withoutImplied(
      own(name),
      ofObjects.filter((requirement) => requirement !== undefined),
    );
  };

  const addFieldSet = (typeName: string, { selections }: SelectionSetNode, found: Found): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? typeName;
        found.requirements.push(ofType(condition));
        addFieldSet(condition, selection.selectionSet, found);
        continue;
      }
      const name = selection.name.value;
      const valueType = types.get(typeName)?.fields.get(name)?.typeName ?? '';
      addField(typeName, name, found);
      if (selection.selectionSet) addFieldSet(valueType, selection.selectionSet, found);
    }
  };

  /** Adds what is fetched for a field and sent to its subgraph: the field's value may tell it. */
  const addFetched = (typeName: string, directives: Directives, found: Found): void => {
    for (const set of reader.requiredFieldSets(directives)) addFieldSet(typeName, parseFieldSet(set), found);
    for (const { context, fieldSet } of reader.contextFieldSets(directives)) {
      for (const { name, directives: ofContext } of types.values()) {
        if (!reader.contextsOf(ofContext).includes(context)) continue;
        found.requirements.push(ofType(name));
        addFieldSet(name, parseFieldSet(fieldSet), found);
      }
    }
  };

  const addField = (typeName: string, fieldName: string, found: Found): void => {
    const coordinate = `${typeName}.${fieldName}`;
    if (found.visited.has(coordinate)) return;
    found.visited.add(coordinate);
    found.requirements.push(ofType(typeName));
    const type = types.get(typeName);
    const field = type?.fields.get(fieldName);
    if (!type || !field) return;
    found.requirements.push(ownOfField(typeName, fieldName), ofType(field.typeName));
    for (const name of type.interfaces) {
      if (!types.get(name)?.fields.has(fieldName)) continue;
      const ownOfThis = (objectOrInterface: string) => ownOfField(objectOrInterface, fieldName);
      found.requirements.push(ofInterface(name, ownOfType), ofInterface(name, ownOfThis));
    }
    for (const { name } of implementations.get(typeName) ?? []) addField(name, fieldName, found);
    addFetched(typeName, field.directives, found);
  };

  const ofField = memoized((typeName, fieldName = '') => {
    const found: Found = { requirements: [], visited: new Set() };
    addField(typeName, fieldName, found);
    return combine(found.requirements);
  });

  return {
    ofField,
    ofType,
    all: () => {
      const found = [...types.values()].flatMap(({ name, fields }) =>
        [...fields.keys()].map((field) => ofField(name, field)),
      );
      return [...new Set(found)].filter((requirement) => requirement !== undefined);
    },
  };
}

type Directives = TypeDefinition['directives'];

/** The requirements of a field, and of what it depends on. Fields may depend on each other in circles. */
interface Found {
  requirements: (Requirement | undefined)[];
  /** Coordinates of the fields whose requirements were added. */
  visited: Set<string>;
}

function parseFieldSet(fieldSet: string): SelectionSetNode {
  // Field sets of contexts have braces, those of `@requires` have none.
  const text = fieldSet.trim().startsWith('{') ? fieldSet : `{ ${fieldSet} }`;
  const [definition] = parse(text, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${fieldSet} is no set of fields.`);
  return definition.selectionSet;
}

/** Computes each result once. */
function memoized(compute: (...names: [string, string?]) => Requirement | undefined) {
  const results = new Map<string, Requirement | undefined>();
  return (...names: [string, string?]): Requirement | undefined => {
    const key = names.join('.');
    if (!results.has(key)) results.set(key, compute(...names));
    return results.get(key);
  };
}
