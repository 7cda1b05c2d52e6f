import { type DocumentNode, Kind, type TypeNode } from 'graphql';
import { isRecord, stringAt } from '../requests/exchange.ts';
import { parseObject, setAt } from '../requests/json-text.ts';

/** An image for the variables. */
export interface NewImage {
  base64: string;
  /** The API makes the image fit. */
  fit: boolean;
  /** From the file's name; empty if that has no usable character. */
  title: string;
}

/**
 * Puts an image into the variables of an operation: into the first variable of an input type that has an image, or of
 * type String and named `data`. Its title goes in too, if the present one may be replaced. Returns undefined if the
 * document takes no image.
 */
export function setImage(
  document: DocumentNode,
  variables: string,
  { image, mayReplaceTitle }: { image: NewImage; mayReplaceTitle: (title: unknown) => boolean },
): string | undefined {
  const path = imagePathOf(document);
  if (!path) return undefined;
  const parent = path.slice(0, -1);
  const changes: [string[], unknown][] = [[path, image.base64]];
  if (parent.length > 0) {
    // The content type of the former image may not fit this one; the API detects it.
    changes.push([[...parent, 'contentType'], undefined], [[...parent, 'fit'], image.fit || undefined]);
  }
  const [variable = '', field] = path;
  if (field === 'image' && image.title !== '') {
    const input = parseObject(variables)?.[variable];
    if (mayReplaceTitle(isRecord(input) ? input.title : undefined)) changes.push([[variable, 'title'], image.title]);
  }
  return changes.reduce((text, [at, value]) => setAt(text, at, value), variables);
}

/** Empties the image data. Returns undefined if the document takes no image. */
export function emptyImage(document: DocumentNode, variables: string): string | undefined {
  const path = imagePathOf(document);
  return path && setAt(variables, path, '');
}

/** Tells whether the operation would be sent with empty image data. */
export function isImageEmpty(document: DocumentNode, variables: Record<string, unknown>): boolean {
  const path = imagePathOf(document);
  return path !== undefined && stringAt(variables, ...path) === '';
}

/** Makes a title of a file's name: without its extension, in at most 200 characters. */
export function titleFrom(fileName: string): string {
  const name = fileName.replace(/\.[^.]{1,5}$/, '').replace(/[\p{C}\s]+/gu, ' ');
  return [...name.trim()].slice(0, 200).join('').trim();
}

/** Returns the path of the image data within the variables; undefined if the document takes no image. */
export const imagePathOf = (document: DocumentNode): string[] | undefined => imagePathsIn(document)[0];

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
