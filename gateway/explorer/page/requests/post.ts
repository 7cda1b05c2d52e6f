import { type GraphqlRequest, type GraphqlResponse, isRecord } from './exchange.ts';

/** The URL of the GraphQL endpoint, relative to the page: the gateway may be behind a path of a proxy. */
export const endpoint = new URL('graphql', document.baseURI).href;

/** Measures of a response. */
export interface Measures {
  status: number;
  /** From sending the request until the response was read. */
  durationMs: number;
  /** The body's, decompressed. */
  sizeBytes: number;
  /** The operation's cost; undefined if the gateway has not estimated it. */
  cost: number | undefined;
}

export interface MeasuredResponse {
  response: GraphqlResponse;
  measures: Measures;
}

export type Post = (request: Partial<GraphqlRequest>, headers?: Record<string, unknown>) => Promise<MeasuredResponse>;

const costHeader = 'x-graphql-cost';

/** Sends a request to the gateway. Throws if a header is invalid, the gateway is unreachable or its response no JSON. */
export const post: Post = async (request, headers = {}) => {
  const sent = toHeaders({ ...headers, accept: 'application/json', 'content-type': 'application/json' });
  const isCostShown = sent.has(costHeader);
  if (!isCostShown) sent.set(costHeader, '1');
  const start = performance.now();
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: sent,
    body: JSON.stringify(request),
    credentials: 'omit',
  }).catch((cause) => {
    throw new Error('The gateway cannot be reached.', { cause });
  });
  const bytes = await response.arrayBuffer().catch((cause) => {
    throw new Error('The connection ended within the response.', { cause });
  });
  const durationMs = performance.now() - start;
  const body = parseJson(new TextDecoder().decode(bytes));
  if (!isRecord(body)) throw new Error(`The gateway responded with status ${response.status} and without JSON.`);
  const { cost, ...extensions } = isRecord(body.extensions) ? body.extensions : {};
  return {
    response: isCostShown || cost === undefined ? body : withExtensions(body, extensions),
    measures: {
      status: response.status,
      durationMs,
      sizeBytes: bytes.byteLength,
      cost: typeof cost === 'number' ? cost : undefined,
    },
  };
};

function withExtensions(
  { extensions: _, ...body }: Record<string, unknown>,
  extensions: Record<string, unknown>,
): GraphqlResponse {
  return Object.keys(extensions).length === 0 ? body : { ...body, extensions };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
