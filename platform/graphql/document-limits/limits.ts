import { maxNesting } from '../../json.ts';

/** Limits of what a client may send, all checked before validation. Each is the largest value that is accepted. */
export interface DocumentLimits {
  /** UTF-8 bytes of a document without the contents of its strings. */
  maxBytes: number;
  /** Tokens of a document, without comments. */
  maxTokens: number;
  /** Characters of each name. */
  maxNameLength: number;
  /** Levels of arrays and objects in the JSON of a request; its outermost object is the first. */
  maxJsonDepth: number;
  /** Levels of fields below `data`. */
  maxDepth: number;
  /** Levels of fields below `data` in `__schema` and `__type`, which do not count for `maxDepth`. */
  maxIntrospectionDepth: number;
  /** Aliases of an operation, with each fragment counted wherever it is spread. */
  maxAliases: number;
  /** Response names of an operation's root fields. */
  maxRootFields: number;
  /** Directives of one field, fragment, variable or operation. */
  maxDirectives: number;
  /** Selections of an operation, with each fragment counted wherever it is spread. */
  maxSelections: number;
  /** Characters of string literals that spreads of fragments add to those of the document, and of default values. */
  maxRepeatedStrings: number;
}

/** Far over what clients write, and far under what takes long to validate or to plan. */
export const defaultDocumentLimits: DocumentLimits = {
  maxBytes: 15_000,
  maxTokens: 2_000,
  maxNameLength: 128,
  maxJsonDepth: 32,
  maxDepth: 12,
  maxIntrospectionDepth: 20,
  maxAliases: 20,
  maxRootFields: 20,
  maxDirectives: 10,
  maxSelections: 2_000,
  maxRepeatedStrings: 100_000,
};

/**
 * Limits of what a gateway writes out for its subgraphs: fragments are inlined, entities add levels, and names that would
 * collide become aliases. Clients' limits at the gateway bound the selections, and thereby the rest.
 */
export const writtenOutLimits: DocumentLimits = {
  maxBytes: Number.POSITIVE_INFINITY,
  maxTokens: 100_000,
  maxNameLength: Number.POSITIVE_INFINITY,
  maxJsonDepth: maxNesting,
  maxDepth: maxNesting,
  maxIntrospectionDepth: maxNesting,
  maxAliases: 2_000,
  maxRootFields: 2_000,
  maxDirectives: 1_000,
  maxSelections: 20_000,
  maxRepeatedStrings: Number.POSITIVE_INFINITY,
};

/**
 * Limits of a subgraph that cannot tell its gateway from others. Depth and aliases of clients bound what is written out of
 * their documents to some 10,000 tokens: this is three times as much, and a third of the CPU of `writtenOutLimits`.
 */
export const unidentifiedLimits: DocumentLimits = {
  ...writtenOutLimits,
  maxTokens: 30_000,
  maxAliases: 1_000,
  maxRootFields: 1_000,
  maxSelections: 6_000,
};
