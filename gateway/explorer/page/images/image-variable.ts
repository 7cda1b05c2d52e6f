import { type DocumentNode, Kind, type TypeNode } from 'graphql';
import { setAt } from '../requests/json-text.ts';

/**
 * Puts an image into the variables of an operation: into the first variable of an input type that has an image, or of
 * type String and named `data`. Returns undefined if the document has none.
 */
export function setImage(document: DocumentNode, variables: string, base64: string): string | undefined {
  const [path] = imagePathsIn(document);
  if (!path) return undefined;
  const updated = setAt(variables, path, base64);
  const parent = path.slice(0, -1);
  // The content type of the former image may not fit this one; the API detects it.
  return parent.length === 0 ? updated : setAt(updated, [...parent, 'contentType'], undefined);
}

/** Lists the paths of image data within the variables. */
function imagePathsIn({ definitions }: DocumentNode): string[][] {
  const operations = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return operations.flatMap(({ variableDefinitions = [] }) =>
    variableDefinitions.flatMap(({ variable, type }) => {
      const path = imagePathIn(typeName(type), variable.name.value);
      return path ? [[variable.name.value, ...path]] : [];
    }),
  );
}

/** Returns the path within one variable. */
function imagePathIn(type: string, name: string): string[] | undefined {
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

function typeName(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}
