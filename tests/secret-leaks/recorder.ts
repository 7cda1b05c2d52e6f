import type { TypedDocumentString } from '../generated/graphql.ts';
import type { UntypedDocument } from '../support/graphql/request.ts';
import type { Output } from './secret-search.ts';
import { type Secret, textSecret } from './secret-search.ts';

/** The tokens of a log-in. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** The parts of a response that scenarios use. */
export interface ResponseSummary<Data> {
  status: number;
  data: Data | null | undefined;
  codes: string[];
}

interface RequestHeaders {
  token?: string | undefined;
  headers?: Record<string, string>;
}

/** A valid request. */
export interface TypedRequest<Data, Taken> extends RequestHeaders {
  query: TypedDocumentString<Data, Taken>;
  variables: Taken;
}

/** A request with an untyped document, or with variables of wrong types. */
export interface MalformedRequest extends RequestHeaders {
  query: UntypedDocument;
  variables?: Record<string, unknown>;
}

/** Sends requests and records the responses: their tokens as secrets, everything else as output to search. */
export interface Recorder {
  request<Data, Taken>(url: string, request: TypedRequest<Data, Taken>): Promise<ResponseSummary<Data>>;
  request<Data>(url: string, request: MalformedRequest): Promise<ResponseSummary<Data>>;
  /** Sends any HTTP request. */
  send<Data>(url: string, request: RequestInit): Promise<ResponseSummary<Data>>;
  /** Tokens that responses contained on purpose. */
  tokens: Secret[];
  /** Responses with their headers, without these tokens. */
  responses: Output[];
  /** Responses with their headers, as received. */
  unredacted: Output[];
  /** Error codes of all responses. */
  codes: Set<string>;
}

export function createRecorder(): Recorder {
  const tokens: Secret[] = [];
  const responses: Output[] = [];
  const unredacted: Output[] = [];
  const codes = new Set<string>();

  const send = async <Data>(url: string, request: RequestInit): Promise<ResponseSummary<Data>> => {
    const response = await fetch(url, request);
    const text = await response.text();
    const body = parse<Data>(text);
    const nth = unredacted.length + 1;
    const secrets = tokensIn(body).flatMap(({ accessToken, refreshToken }) => {
      // The header of an access token is not secret.
      tokens.push(textSecret(`access token of response ${nth}`, accessToken.slice(accessToken.indexOf('.') + 1)));
      tokens.push(textSecret(`refresh token of response ${nth}`, refreshToken));
      return [accessToken, refreshToken];
    });
    for (const token of personalAccessTokensIn(body)) {
      // Nor is the prefix of a personal access token.
      tokens.push(textSecret(`personal access token of response ${nth}`, token.slice('isg_pat_'.length)));
      secrets.push(token);
    }
    const name = `response ${nth}`;
    const head = `${response.status} ${JSON.stringify([...response.headers])}\n`;
    const without = secrets.reduce((left, secret) => left.replace(secret, ''), text);
    unredacted.push({ name, bytes: Buffer.from(`${head}${text}`) });
    responses.push({ name, bytes: Buffer.from(`${head}${without}`) });
    const found = (body.errors ?? []).map(({ extensions }) => String(extensions?.code));
    for (const code of found) codes.add(code);
    return { status: response.status, data: body.data, codes: found };
  };

  return {
    ...{ send, tokens, responses, unredacted, codes },
    request: <Data>(
      url: string,
      { query, variables, token, headers }: TypedRequest<Data, unknown> | MalformedRequest,
    ) => {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const json = { 'content-type': 'application/json' };
      return send<Data>(url, {
        method: 'POST',
        headers: { ...json, ...authorization, ...headers },
        body: JSON.stringify({ query: String(query), variables }),
      });
    },
  };
}

interface Body<Data> {
  data?: Data | null;
  errors?: { extensions?: { code?: unknown } }[];
}

function parse<Data>(text: string): Body<Data> {
  try {
    return JSON.parse(text) as Body<Data>;
  } catch {
    return {};
  }
}

/** The token pairs in a response. */
function tokensIn({ data }: Body<unknown>): Tokens[] {
  return Object.values(data ?? {}).filter((field: unknown): field is Tokens => {
    return typeof field === 'object' && field !== null && 'accessToken' in field && 'refreshToken' in field;
  });
}

/** The personal access tokens in a response. */
function personalAccessTokensIn({ data }: Body<unknown>): string[] {
  return Object.values(data ?? {}).flatMap((field: unknown) => {
    const { token } = Object(field) as { token?: unknown };
    return typeof token === 'string' ? [token] : [];
  });
}
