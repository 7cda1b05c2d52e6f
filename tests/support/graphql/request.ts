import type { TypedDocumentString } from '../../generated/graphql.ts';

/** An error of a GraphQL response. */
export interface ResponseError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; [key: string]: unknown };
}

/** A GraphQL response over HTTP. */
export interface GraphqlResponse<Data> {
  status: number;
  headers: Headers;
  data: Data | null | undefined;
  errors: ResponseError[];
  /** The body as received. */
  text: string;
}

/** A document that the API's clients would not send, so that no types exist for it: invalid, hostile, or federation's. */
export class UntypedDocument {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Marks a document as deliberately untyped. For a typed document, it allows variables of other types. */
export function untyped(document: string | { toString(): string }): UntypedDocument {
  return new UntypedDocument(String(document));
}

type Variables = Record<string, unknown>;
type Document = UntypedDocument | string | TypedDocumentString<unknown, never>;

/** Arguments after a typed document: none if it takes no variables. */
type Rest<Taken> = Taken extends Record<string, never> ? [] : [variables: Taken];

interface SendRequests<Untyped> {
  /** Resolves to the response, whatever it is. */
  <Data, Taken>(document: TypedDocumentString<Data, Taken>, ...rest: Rest<Taken>): Promise<GraphqlResponse<Data>>;
  <Data = Record<string, unknown>>(document: Untyped, variables?: Variables): Promise<GraphqlResponse<Data>>;
  /** Resolves to the data. Throws, with the whole response, if there is an error. */
  data<Data, Taken>(document: TypedDocumentString<Data, Taken>, ...rest: Rest<Taken>): Promise<Data>;
  data<Data>(document: Untyped, variables?: Variables): Promise<Data>;
  /** Resolves to the extensions of the only error. Throws, with the whole response, if there is none or another. */
  error<Data, Taken>(
    document: TypedDocumentString<Data, Taken>,
    ...rest: Rest<Taken>
  ): Promise<ResponseError['extensions']>;
  error(document: Untyped, variables?: Variables): Promise<ResponseError['extensions']>;
}

/** Sends documents to one GraphQL endpoint: typed ones, or ones marked by `untyped`. */
export type SendRequest = SendRequests<UntypedDocument>;

/** Also sends plain strings, for tests of a single subgraph. */
export type SendTextRequest = SendRequests<UntypedDocument | string>;

/** Requests to an endpoint, with an access token and more headers if there are any. */
export const requestTo: (...settings: Parameters<typeof requestTextTo>) => SendRequest = requestTextTo;

/** As `requestTo`, and takes plain strings. */
export function requestTextTo(url: string, accessToken?: string, more: Record<string, string> = {}): SendTextRequest {
  const authorization = accessToken && { authorization: `Bearer ${accessToken}` };
  const headers = { 'content-type': 'application/json', ...authorization, ...more };
  const request = async <Data>(document: Document, variables?: Variables): Promise<GraphqlResponse<Data>> => {
    const body = JSON.stringify({ query: String(document), variables });
    const response = await fetch(url, { method: 'POST', headers, body });
    const text = await response.text();
    const { data, errors = [] } = JSON.parse(text) as { data?: Data; errors?: ResponseError[] };
    return { status: response.status, headers: response.headers, data, errors, text };
  };
  return Object.assign(request, {
    async data<Data>(document: Document, variables?: Variables): Promise<Data> {
      const { data, errors, status, text } = await request<Data>(document, variables);
      if (!data || errors.length > 0) throw new Error(`Expected data without errors: ${status} ${text}`);
      return data;
    },
    async error(document: Document, variables?: Variables) {
      const { errors, status, text } = await request(document, variables);
      const [error, ...others] = errors;
      if (!error || others.length > 0) throw new Error(`Expected one error: ${status} ${text}`);
      return error.extensions;
    },
  });
}

/** Narrows a value that the schema lets be null. Throws if it is. */
export function requireValue<Value>(value: Value): NonNullable<Value> {
  if (value === null || value === undefined) throw new Error('Expected a value in the response, which has none.');
  return value;
}
