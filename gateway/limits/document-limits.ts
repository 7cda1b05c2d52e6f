import type { DocumentLimits } from '../../platform/graphql/apollo-server.ts';
import { limitRootFields } from '../../platform/graphql/limit-root-fields.ts';
import { credentialFields } from '../../schema/credential-fields.ts';

/**
 * Limits of a client's document. Apollo Server checks them before anything is planned: they are far over what clients
 * write, and far under what takes seconds to validate or plan.
 */
export const documentLimits: DocumentLimits = {
  /** Rejected while parsing, with GRAPHQL_PARSE_FAILED. */
  maxTokens: 5_000,
  /** Rejected while validating: fragments that spread each other would multiply the selections without a limit. */
  maxRecursiveSelections: 2_000,
  /** Rejected while validating. A query plan adds a few levels, and the result must be within a subgraph's limit, 500. */
  maxLevels: 490,
};

/**
 * Allows one field that takes a password in each operation: each costs a slow hash. The auth subgraph has the same rule;
 * here it also holds for operations whose fields would be sent to it one by one.
 */
export const limitCredentialFields = limitRootFields({ operation: 'mutation', fields: credentialFields });
