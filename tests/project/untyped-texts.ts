import { type DocumentNode, type GraphQLSchema, Kind, parse, validate, visit } from 'graphql';

/** A text in TypeScript without placeholders, and the name of the function that it is the argument of. */
const texts = /(?:\b(\w+)\(\s*)?(?:`((?:[^`\\$]|\\.|\$(?!\{))*)`|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g;

/** What says of its argument that it is a typed document, or is meant to be none. */
const declared = new Set(['graphql', 'untyped']);

/** The operations in a TypeScript file that clients of this API could send, and that stand there as texts without types. */
export function untypedTexts(source: string, schema: GraphQLSchema): string[] {
  const found = [...source.matchAll(texts)].filter(([, caller = '']) => !declared.has(caller));
  return found
    .map(([, , ...quoted]) => quoted.find((text) => text !== undefined) ?? '')
    .filter((text) => {
      const document = tryParse(text);
      return document && asksForFields(document) && validate(schema, document).length === 0;
    });
}

function tryParse(text: string): DocumentNode | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** `{ __typename }` asks for nothing of an API: it is only there to be asked. */
function asksForFields(document: DocumentNode): boolean {
  const fields: string[] = [];
  visit(document, { Field: ({ name }) => void fields.push(name.value) });
  return (
    fields.some((name) => name !== '__typename') &&
    document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  );
}
