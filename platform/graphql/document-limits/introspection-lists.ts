import { buildSchema, type DocumentNode, MaxIntrospectionDepthRule, TypeInfo, ValidationContext, visit } from 'graphql';
import { introspectionListsTooDeep, type RequestLimitError } from './limit-errors.ts';

/** The largest number that graphql-js' rule accepts. Its own message and code say nothing of it. */
const maxLists = 2;

/**
 * Limits the lists of `__Type` in each other (`fields`, `interfaces`, …), which multiply the size of a response, by the
 * rule that graphql-js applies in validation. Recurses as deep as the document.
 */
export function checkIntrospectionLists(document: DocumentNode): RequestLimitError | undefined {
  let isTooDeep = false;
  const context = new ValidationContext(anySchema, document, new TypeInfo(anySchema), () => {
    isTooDeep = true;
  });
  visit(document, MaxIntrospectionDepthRule(context));
  return isTooDeep ? introspectionListsTooDeep(maxLists) : undefined;
}

/** The rule looks at names alone. */
const anySchema = buildSchema('type Query { any: Boolean }');
