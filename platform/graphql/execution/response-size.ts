import { type GraphQLError, OperationTypeNode } from 'graphql';
import { ApiError } from '../../api-error.ts';
import { wholeNumber } from '../../process/environment.ts';

/** Limit of the JSON of one response, in bytes. */
export const defaultMaxResponseBytes = 8_000_000;

/** The environment variable of every server that responds to operations. */
export const responseVariables = {
  MAX_RESPONSE_BYTES: wholeNumber({ min: 1_000, max: 1_000_000_000 })
    .prefault(String(defaultMaxResponseBytes))
    .describe('Limit of the response to one operation, in bytes of its JSON.'),
};

/**
 * The error of an operation whose response has no room for its data. A query is given up where this shows; every field of
 * a mutation is executed all the same.
 */
export function responseTooLarge(maxBytes: number, kind: OperationTypeNode = OperationTypeNode.QUERY): ApiError {
  const message =
    kind === OperationTypeNode.MUTATION
      ? `The mutation was executed, but its response would be over ${maxBytes} bytes: read what it changed in parts.`
      : `The response would be over ${maxBytes} bytes: select fewer fields, or ask for shorter lists.`;
  return new ApiError({ code: 'RESPONSE_TOO_LARGE', maxBytes }, message);
}

/** Returns the limit that an error says is exceeded, or undefined for any other error. */
export function exceededBytes(error: unknown): number | undefined {
  const { extensions } = (error ?? {}) as Partial<Pick<GraphQLError, 'extensions'>>;
  return extensions?.code === 'RESPONSE_TOO_LARGE' ? Number(extensions.maxBytes) : undefined;
}
