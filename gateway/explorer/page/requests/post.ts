import { type GraphqlRequest, type GraphqlResponse, isRecord } from './exchange.ts';

/** The URL of the GraphQL endpoint, relative to the page: the gateway may be behind a path of a proxy. */
export const endpoint = new URL('graphql', document.baseURI).href;

/** Sends a request to the gateway. Throws if a header is invalid, the gateway is unreachable or its response no JSON. */
export async function post(
  request: Partial<GraphqlRequest>,
  headers: Record<string, unknown> = {},
): Promise<GraphqlResponse> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: toHeaders({ ...headers, accept: 'application/json', 'content-type': 'application/json' }),
    body: JSON.stringify(request),
    credentials: 'omit',
  }).catch((cause) => {
    throw new Error('The gateway cannot be reached.', { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!isRecord(body)) throw new Error(`The gateway responded with status ${response.status} and without JSON.`);
  return body;
}

function toHeaders(values: Record<string, unknown>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(values)) {
    try {
      headers.set(name, String(value));
    } catch (cause) {
      throw new Error(`The header “${name}” cannot be sent: its name or value has an invalid character.`, { cause });
    }
  }
  return headers;
}
