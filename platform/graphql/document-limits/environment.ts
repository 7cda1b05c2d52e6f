import { wholeNumber } from '../../process/environment.ts';
import { type DocumentLimits, defaultDocumentLimits } from './limits.ts';

const limit = (byDefault: number, max: number) => wholeNumber({ min: 1, max }).prefault(String(byDefault));
const {
  maxBytes,
  maxTokens,
  maxNameLength,
  maxJsonDepth,
  maxDepth,
  maxIntrospectionDepth,
  maxAliases,
  maxRootFields,
  maxDirectives,
} = defaultDocumentLimits;

/** Limits of what clients send; each has a default. */
export const documentLimitVariables = {
  MAX_DOCUMENT_BYTES: limit(maxBytes, 1_000_000).describe('Bytes of a document without the contents of its strings.'),
  MAX_TOKENS: limit(maxTokens, 100_000).describe('Tokens of a document.'),
  MAX_NAME_LENGTH: limit(maxNameLength, 10_000).describe('Characters of each name in a document.'),
  MAX_JSON_DEPTH: limit(maxJsonDepth, 400).describe('Levels of arrays and objects in the JSON of a request.'),
  MAX_DEPTH: limit(maxDepth, 100).describe('Levels of fields below data.'),
  MAX_INTROSPECTION_DEPTH: limit(maxIntrospectionDepth, 100).describe('Levels of fields of introspection.'),
  MAX_ALIASES: limit(maxAliases, 2_000).describe('Aliases of an operation.'),
  MAX_ROOT_FIELDS: limit(maxRootFields, 2_000).describe('Root fields of an operation.'),
  MAX_DIRECTIVES: limit(maxDirectives, 1_000).describe('Directives of one element of a document.'),
};

type Values = { [Name in keyof typeof documentLimitVariables]: number };

/** Makes limits of the environment's variables. */
export function documentLimitsFrom(env: Values): DocumentLimits {
  return {
    ...defaultDocumentLimits,
    maxBytes: env.MAX_DOCUMENT_BYTES,
    maxTokens: env.MAX_TOKENS,
    maxNameLength: env.MAX_NAME_LENGTH,
    maxJsonDepth: env.MAX_JSON_DEPTH,
    maxDepth: env.MAX_DEPTH,
    maxIntrospectionDepth: env.MAX_INTROSPECTION_DEPTH,
    maxAliases: env.MAX_ALIASES,
    maxRootFields: env.MAX_ROOT_FIELDS,
    maxDirectives: env.MAX_DIRECTIVES,
  };
}
