import { BREAK, type DocumentNode, visit } from 'graphql';

/** Whether anything in a document is named as what every object has, as `__proto__`: such keys need care everywhere. */
export function hasPrototypeNames(document: DocumentNode): boolean {
  let isFound = false;
  visit(document, {
    Name: ({ value }) => {
      isFound ||= value in Object.prototype;
      return isFound ? BREAK : undefined;
    },
  });
  return isFound;
}
