import {
  type ConstDirectiveNode,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { Subgraph } from '../supergraphs/compose.ts';

/** The facts that all subgraphs of a supergraph must share to resolve each other's representations. */
export interface Identities {
  /** Tells whether a field belongs to a key, so that its value must contain the entity's number in every subgraph. */
  isKey(type: string, field: string): boolean;
  /** Tells whether a type has a key. */
  isEntity(type: string): boolean;
  /** Returns the interface with a key that a type implements, or the type itself. */
  familyOf(type: string): string;
  /** Returns the type of a family's entity with a number. */
  memberOf(family: string, number: number): string;
  /** Lists the fields that a field's @requires names. */
  requiredBy(subgraph: string, type: string, field: string): string[];
}

/** Number of entities of each type: few, so that responses contain the same one more than once. */
export const entityCount = 6;

/** Reads keys, @requires and interfaces with keys from the subgraphs' SDL. */
export function identitiesOf(subgraphs: Subgraph[]): Identities {
  const keys = new Set<string>();
  const entities = new Set<string>();
  const required = new Map<string, string[]>();
  const families = new Map<string, string[]>();

  for (const { name, document, schema } of subgraphs) {
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        continue;
      const typeName = definition.name.value;
      const type = schema.getType(typeName);
      const fieldSets = fieldSetsOf(definition.directives, 'key');
      for (const fieldSet of fieldSets) markKeys(typeName, fieldSet);
      if (fieldSets.length > 0) entities.add(typeName);
      if (fieldSets.length > 0 && isInterfaceType(type)) {
        const members = schema.getPossibleTypes(type).map((member) => member.name);
        families.set(typeName, members.sort());
      }
      for (const field of definition.fields ?? []) {
        const names = fieldSetsOf(field.directives, 'requires').flatMap(namesIn);
        if (names.length > 0) required.set(`${name} ${typeName}.${field.name.value}`, names);
      }
    }

    function markKeys(typeName: string, { selections }: SelectionSetNode): void {
      const type = schema.getType(typeName);
      if (!isObjectType(type) && !isInterfaceType(type)) return;
      for (const selection of selections) {
        if (selection.kind !== Kind.FIELD) continue;
        keys.add(`${typeName}.${selection.name.value}`);
        const field = type.getFields()[selection.name.value];
        if (field && selection.selectionSet) markKeys(getNamedType(field.type).name, selection.selectionSet);
      }
    }
  }

  const familyOf = (type: string) => [...families].find(([, members]) => members.includes(type))?.[0] ?? type;
  return {
    isKey: (type, field) => keys.has(`${type}.${field}`),
    isEntity: (type) => entities.has(type),
    familyOf,
    memberOf: (family, number) => {
      const members = families.get(family) ?? [family];
      return members[number % members.length] ?? family;
    },
    requiredBy: (subgraph, type, field) => required.get(`${subgraph} ${type}.${field}`) ?? [],
  };
}

function fieldSetsOf(directives: readonly ConstDirectiveNode[] = [], name: string): SelectionSetNode[] {
  return directives
    .filter((directive) => directive.name.value === name)
    .flatMap((directive) => directive.arguments ?? [])
    .flatMap(({ value, name: argument }) =>
      argument.value === 'fields' && value.kind === Kind.STRING ? [selectionsIn(value.value)] : [],
    );
}

function selectionsIn(fieldSet: string): SelectionSetNode {
  const [definition] = parse(`{${fieldSet}}`).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`"${fieldSet}" is no field set.`);
  return definition.selectionSet;
}

function namesIn({ selections }: SelectionSetNode): string[] {
  return selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
}
