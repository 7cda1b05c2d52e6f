import { ApiError } from '../../platform/api-error.ts';
import type { IncomingRequest } from '../../platform/graphql/http-handler.ts';
import { networkOf } from '../../platform/http/client-info.ts';
import type { Authenticate, Viewer } from '../../platform/tokens/access-token.ts';

/**
 * The viewer of a request's access token, or the error that says why there is none: UNAUTHENTICATED, or
 * SERVICE_UNAVAILABLE if the token cannot be verified now, because auth's keys are not known yet.
 */
export type Identity = { viewer: Viewer } | { error: ApiError };

/** The caller of one request. */
export interface Caller {
  /** Verifies the token at the first call, once per request. Returns a promise only if the token's key must be fetched. */
  identity(): Identity | Promise<Identity>;
  /** Names who pays for an operation: the account of a verified caller, or else its IPv4 address or IPv6 /64. */
  budgetKey(): string | Promise<string>;
}

export type IdentifyCaller = (request: Pick<IncomingRequest, 'authorization' | 'client'>) => Caller;

/** Creates the function that identifies callers. A token alone does not tell if its session has ended: subgraphs do. */
export function createIdentifyCaller(authenticate: Authenticate): IdentifyCaller {
  return ({ authorization, client }) => {
    let known: Identity | Promise<Identity> | undefined;
    const identity = () => {
      known ??= identityOf(authenticate, authorization);
      return known;
    };
    const keyOf = (identity: Identity) =>
      'viewer' in identity ? `sub:${identity.viewer.id}` : `address:${networkOf(client().address)}`;
    const budgetKey = () => {
      const found = identity();
      return found instanceof Promise ? found.then(keyOf) : keyOf(found);
    };
    return { identity, budgetKey };
  };
}

function identityOf(authenticate: Authenticate, authorization: string | undefined): Identity | Promise<Identity> {
  try {
    const viewer = authenticate(authorization);
    return viewer instanceof Promise ? viewer.then((late) => ({ viewer: late }), rejection) : { viewer };
  } catch (error) {
    return rejection(error);
  }
}

function rejection(error: unknown): { error: ApiError } {
  if (error instanceof ApiError) return { error };
  throw error;
}
