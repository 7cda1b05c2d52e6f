import { type DocumentNode, Kind, type TypeNode } from 'graphql';
import { setAt } from '../state/json-text.ts';

/**
 * The variables, as JSON, with an image's data where an operation takes one: in a variable of one of the schema's inputs,
 * or in a text that is called `data`. Undefined where none does.
 */
export function putImage(document: DocumentNode, variables: string, data: string): string | undefined {
  const place = placesIn(document)[0];
  if (!place) return undefined;
  const filled = setAt(variables, place, data);
  const around = place.slice(0, -1);
  // A type that was claimed for the former image need not be this one's.
  return around.length === 0 ? filled : setAt(filled, [...around, 'contentType'], undefined);
}

/** The keys that lead to the data of images, within the variables. */
function placesIn({ definitions }: DocumentNode): string[][] {
  const operations = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  return operations.flatMap(({ variableDefinitions = [] }) =>
    variableDefinitions.flatMap(({ variable, type }) => {
      const place = placeIn(typeName(type), variable.name.value);
      return place ? [[variable.name.value, ...place]] : [];
    }),
  );
}

/** Those within a variable. */
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

function typeName(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}
