import { isApiError, toApiError } from '../../../../clients/typescript/errors.ts';
import { type Exchange, type GraphqlRequest, type GraphqlResponse, toExchange } from './exchange.ts';
import { bearerTokenOf, type PageSession } from './page-session.ts';
import type { MeasuredResponse } from './post.ts';

type Headers = Record<string, unknown>;

/**
 * Creates the function that runs operations. A request with a token of the current log-in is sent with its newest token,
 * and again if that is rejected; any other is sent as it is. It is never sent with the token of another log-in.
 */
export function createRun({
  session,
  post,
}: {
  session: PageSession;
  post: (request: GraphqlRequest, headers: Headers) => Promise<MeasuredResponse>;
}) {
  return async (
    request: GraphqlRequest,
    headers: Headers,
  ): Promise<MeasuredResponse & { exchange: Exchange | undefined }> => {
    const measured = await send(request, headers);
    return { ...measured, exchange: toExchange(request, measured.response) };
  };

  async function send(request: GraphqlRequest, headers: Headers): Promise<MeasuredResponse> {
    const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization') ?? '';
    const accessToken = bearerTokenOf(headers[name]);
    if (accessToken === undefined || !session.isCurrent(accessToken)) return post(request, headers);
    const logIn = await session.begin();
    const last: { measured?: MeasuredResponse | undefined } = {};
    try {
      return await logIn.run(async (newest) => {
        last.measured = undefined;
        last.measured = await post(request, { ...headers, [name]: `Bearer ${newest}` });
        if (isTokenRejected(request, last.measured.response)) throw tokenRejected();
        return last.measured;
      });
    } catch (error) {
      // The token was rejected and could not be refreshed.
      if (last.measured) return last.measured;
      // Another log-in has replaced this one: the request is sent with its old token, to be rejected.
      if (isApiError(error, 'UNAUTHENTICATED')) return post(request, headers);
      throw error;
    }
  }
}

/** Tells whether the token was rejected and the request may be repeated: a query, or a mutation of which no field ran. */
function isTokenRejected(request: GraphqlRequest, response: GraphqlResponse): boolean {
  const { errors = [] } = response;
  const rejections = errors.filter(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
  if (rejections.length === 0) return false;
  const exchange = toExchange(request, response);
  if (exchange?.operation.operation !== 'mutation') return true;
  return rejections.length === errors.length && exchange.rootFields.every(({ result }) => result === null);
}

/** The error that has the client's session refresh the tokens. */
const tokenRejected = () =>
  toApiError([{ message: 'The access token was rejected.', extensions: { code: 'UNAUTHENTICATED' } }], null);
