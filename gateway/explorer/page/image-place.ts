import { type DocumentNode, getOperationAST, Kind, type TypeNode } from 'graphql';
import { isRecord } from './exchange.ts';

type Variables = Record<string, unknown>;

/**
 * The variables with an image's data where the operation takes one: in a variable of one of the schema's inputs, or in a
 * text that is called `data`. Undefined where it takes none.
 */
export function putImage(document: DocumentNode, variables: Variables, data: string): Variables | undefined {
  const operation = getOperationAST(document) ?? document.definitions.find(({ kind }) => kind === operationKind);
  if (operation?.kind !== operationKind) return undefined;
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const place = placeIn(typeName(type), name);
    if (place) return { ...variables, [name]: putAt(variables[name], place, data) };
  }
  return undefined;
}

const operationKind = Kind.OPERATION_DEFINITION;

/** The keys that lead to the data within a variable. */
function placeIn(type: string, name: string): string[] | undefined {
  switch (type) {
    case 'CreateResourceInput':
    case 'UpdateResourceInput':
      return ['image', 'data'];
    case 'ImageInput':
      return ['data'];
    case 'String':
      return name === 'data' ? [] : undefined;
    default:
      return undefined;
  }
}

function putAt(value: unknown, [key, ...rest]: string[], data: string): unknown {
  if (key === undefined) return data;
  // A type that was claimed for the former image need not be this one's.
  const { contentType: _, ...kept } = isRecord(value) ? value : {};
  return { ...kept, [key]: putAt(kept[key], rest, data) };
}

function typeName(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}
