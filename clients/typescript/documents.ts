import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';

/**
 * An operation's text that knows what it answers and takes, as graphql-codegen makes it with `documentMode: 'string'`.
 * A text alone will do as well.
 */
// biome-ignore lint/complexity/noBannedTypes: such documents extend String, which has what a text has
export type TypedDocument<Data, Variables> = string | (String & DocumentTypeDecoration<Data, Variables>);

/** What comes after a document: variables, unless it takes none or is a text alone. */
export type Rest<Variables, Options> = unknown extends Variables
  ? [variables?: Record<string, unknown>, options?: Options]
  : Variables extends Record<string, never>
    ? [variables?: Variables, options?: Options]
    : [variables: Variables, options?: Options];
