import type { IncomingRequest } from '../../platform/graphql/graphql-endpoint.ts';
import { defaultMaxBodyBytes } from '../../platform/graphql/request-body.ts';
import type { BodyLimit } from '../../platform/http/bodies/body-errors.ts';
import type { Authenticate } from '../../platform/tokens/access-token.ts';

/** The uploads that a gateway handles at once, with the operations around them. It has one address for all its clients. */
export const uploadSlots = { maxTotalBytes: 72 * 1024 * 1024, maxPerClient: Number.POSITIVE_INFINITY };

const limit: BodyLimit = { maxBytes: defaultMaxBodyBytes };
const uploadsToo: BodyLimit = { ...limit, uploader: () => '' };

/**
 * Creates the function that tells, before a body is read, if it may be an upload: from the gateway, which has verified its
 * client, or with a valid access token.
 */
export function createBodyLimit(authenticate: Authenticate) {
  const limitOfToken = async (authorization: string): Promise<BodyLimit> => {
    try {
      await authenticate(authorization);
      return uploadsToo;
    } catch {
      // The body is within the limit of everybody, or the size is the error.
      return limit;
    }
  };

  return (_: unknown, { isGateway, authorization }: IncomingRequest): BodyLimit | Promise<BodyLimit> => {
    if (isGateway) return uploadsToo;
    return authorization === undefined ? limit : limitOfToken(authorization);
  };
}
