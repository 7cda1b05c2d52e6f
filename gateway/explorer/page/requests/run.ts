import { isApiError, toApiError } from '../../../../clients/typescript/errors.ts';
import { type Exchange, type GraphqlRequest, type GraphqlResponse, toExchange } from './exchange.ts';
import { bearerTokenOf, type PageSession } from './page-session.ts';

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
  post: (request: GraphqlRequest, headers: Headers) => Promise<GraphqlResponse>;
}) {
  return async (
    request: GraphqlRequest,
    headers: Headers,
  ): Promise<{ response: GraphqlResponse; exchange: Exchange | undefined }> => {
    const response = await send(request, headers);
    return { response, exchange: toExchange(request, response) };
  };

  async function send(request: GraphqlRequest, headers: Headers): Promise<GraphqlResponse> {
    const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization') ?? '';
    const accessToken = bearerTokenOf(headers[name]);
    if (accessToken === undefined || !session.isCurrent(accessToken)) return post(request, headers);
    const logIn = await session.begin();
    const last: { response?: GraphqlResponse | undefined } = {};
    try {
      return await logIn.run(async (newest) => {
        last.response = undefined;
        last.response = await post(request, { ...headers, [name]: `Bearer ${newest}` });
        if (isTokenRejected(request, last.response)) throw tokenRejected();
        return last.response;
      });
    } catch (error) {
      // The token was rejected and could not be refreshed.
      if (last.response) return last.response;
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
