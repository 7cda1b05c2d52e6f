import { type ConstDirectiveNode, type DefinitionNode, type FieldDefinitionNode, Kind, type TypeNode } from 'graphql';

/** A type of SDL with everything that its definition and its extensions say. */
export interface TypeDefinition {
  name: string;
  isInterface: boolean;
  directives: ConstDirectiveNode[];
  /** Names of the interfaces that it implements. */
  interfaces: Set<string>;
  fields: Map<string, FieldDefinition>;
}

export interface FieldDefinition {
  directives: ConstDirectiveNode[];
  /** The type of the value, without lists and non-null. */
  typeName: string;
}

/** Reads the types of SDL on which directives may stand: objects, interfaces, scalars and enums, also unions. */
export function readTypeDefinitions(definitions: readonly DefinitionNode[]): Map<string, TypeDefinition> {
  const types = new Map<string, TypeDefinition>();
  for (const node of definitions) {
    switch (node.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.OBJECT_TYPE_EXTENSION:
      case Kind.INTERFACE_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_EXTENSION: {
        const type = typeOf(node, types);
        type.isInterface = node.kind.startsWith('Interface');
        for (const { name } of node.interfaces ?? []) type.interfaces.add(name.value);
        for (const field of node.fields ?? []) addField(field, type);
        break;
      }
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.SCALAR_TYPE_EXTENSION:
      case Kind.ENUM_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_EXTENSION:
        typeOf(node, types);
        break;
    }
  }
  return types;
}

interface NamedNode {
  name: { value: string };
  directives?: readonly ConstDirectiveNode[];
}

function typeOf({ name: { value: name }, directives = [] }: NamedNode, types: Map<string, TypeDefinition>) {
  const type = types.get(name) ?? {
    ...{ name, isInterface: false, directives: [] },
    ...{ interfaces: new Set<string>(), fields: new Map<string, FieldDefinition>() },
  };
  type.directives.push(...directives);
  types.set(name, type);
  return type;
}

function addField({ name, type, directives = [] }: FieldDefinitionNode, { fields }: TypeDefinition): void {
  const field = fields.get(name.value) ?? { directives: [], typeName: namedType(type) };
  field.directives.push(...directives);
  fields.set(name.value, field);
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
