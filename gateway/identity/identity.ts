import { ApiError } from '../../platform/api-error.ts';
import type { IncomingRequest } from '../../platform/graphql/graphql-endpoint.ts';
import { networkOf } from '../../platform/http/client-info.ts';
import type { Authenticate, Viewer } from '../../platform/tokens/access-token.ts';
import { findBearerToken } from '../../platform/tokens/bearer-token.ts';
import { personalAccessTokenPrefix } from '../../platform/tokens/personal-access-token.ts';
import type { AccessTokenFor } from './token-exchange.ts';

/**
 * The viewer of a request's access token, or the error that says why there is none: UNAUTHENTICATED, SERVICE_UNAVAILABLE
 * if the token cannot be verified now, or RATE_LIMITED after too many invalid personal access tokens.
 */
export type Identity = ({ viewer: Viewer } | { error: ApiError }) & {
  /** The header that subgraphs get: made anew, and never with a personal access token. */
  authorization?: string | undefined;
};

/** The caller of one request. */
export interface Caller {
  /**
   * Verifies the token at the first call, once per request. Returns a promise only if auth must be asked: for the token's
   * key, or to exchange a personal access token.
   */
  identity(): Identity | Promise<Identity>;
  /** Names who pays for an operation: the account of a verified caller, or else its IPv4 address or IPv6 /64. */
  budgetKey(): string | Promise<string>;
}

type Request = Pick<IncomingRequest, 'authorization' | 'client'>;
export type IdentifyCaller = (request: Request) => Caller;

/** Creates the function that identifies callers. A token alone does not tell if its session has ended: subgraphs do. */
export function createIdentifyCaller(authenticate: Authenticate, accessTokenFor: AccessTokenFor): IdentifyCaller {
  const verifyIssued = (accessToken: string) => verify(authenticate, `Bearer ${accessToken}`);
  const identityOf = ({ authorization, client }: Request): Identity | Promise<Identity> => {
    const personalAccessToken = personalAccessTokenIn(authorization);
    if (personalAccessToken === undefined) return verify(authenticate, authorization);
    const issued = accessTokenFor(personalAccessToken, client().address);
    return issued instanceof Promise ? issued.then(verifyIssued) : verifyIssued(issued);
  };

  return (request) => new RequestCaller(request, identityOf);
}

type IdentityOf = (request: Request) => Identity | Promise<Identity>;

/** A class, because each request has one: functions of its own would cost more than what they do. */
class RequestCaller implements Caller {
  private readonly request: Request;
  private readonly identityOf: IdentityOf;
  private evaluated: Identity | Promise<Identity> | undefined;

  constructor(request: Request, identityOf: IdentityOf) {
    this.request = request;
    this.identityOf = identityOf;
  }

  identity(): Identity | Promise<Identity> {
    this.evaluated ??= orError(this.request, this.identityOf);
    return this.evaluated;
  }

  budgetKey(): string | Promise<string> {
    const identity = this.identity();
    return identity instanceof Promise ? identity.then((known) => this.keyOf(known)) : this.keyOf(identity);
  }

  private keyOf(identity: Identity): string {
    return 'viewer' in identity ? `sub:${identity.viewer.id}` : `address:${networkOf(this.request.client().address)}`;
  }
}

/** Returns the token of a header that carries a personal access token, or what looks like one. */
function personalAccessTokenIn(authorization: string | undefined): string | undefined {
  const [, token] = headerWithToken.exec(authorization ?? '') ?? [];
  return token;
}

const headerWithToken = new RegExp(`^[Bb][Ee][Aa][Rr][Ee][Rr] +(${personalAccessTokenPrefix}\\S*) *$`);

function verify(authenticate: Authenticate, authorization: string | undefined): Identity | Promise<Identity> {
  const viewer = authenticate(authorization);
  return viewer instanceof Promise
    ? viewer.then((late) => verified(late, authorization))
    : verified(viewer, authorization);
}

function verified(viewer: Viewer, authorization: string | undefined): Identity {
  return { viewer, authorization: verifiedHeader(authorization) };
}

/** Returns the error of the API that is thrown, or rejected with; any other is a bug. */
function orError(request: Request, identityOf: IdentityOf): Identity | Promise<Identity> {
  try {
    const identity = identityOf(request);
    return identity instanceof Promise ? identity.catch((error) => rejected(error, request)) : identity;
  } catch (error) {
    return rejected(error, request);
  }
}

function rejected(error: unknown, { authorization }: Request): Identity {
  if (error instanceof ApiError) return { error, authorization: rebuilt(authorization) };
  throw error;
}

/**
 * Writes the header of an access token again, in the one form that is sent on. Subgraphs verify it for themselves, also one
 * that could not be verified here. Nothing is sent on of any other header, nor of what may be a personal access token.
 */
function rebuilt(authorization: string | undefined): string | undefined {
  const token = authorization === undefined ? undefined : findBearerToken(authorization);
  if (token === undefined || mayBePersonal.test(token)) return undefined;
  return `Bearer ${token}`;
}

/** The same for a header that is verified, without work if it has that form, as nearly all have. */
function verifiedHeader(authorization: string | undefined): string | undefined {
  const isRebuilt = authorization?.startsWith('Bearer ') && !authorization.includes(' ', 'Bearer '.length);
  return isRebuilt ? authorization : rebuilt(authorization);
}

const mayBePersonal = new RegExp(personalAccessTokenPrefix, 'i');
