import type { TypedDocumentString } from '../generated/graphql.ts';
import type { UntypedText } from './untyped.ts';

/** An error as clients see it. */
export interface ShownError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; [key: string]: unknown };
}

/** An answer as it came over HTTP. */
export interface Answer<Data> {
  status: number;
  headers: Headers;
  data: Data | null | undefined;
  errors: ShownError[];
  /** The body as it came. */
  text: string;
}

type Variables = Record<string, unknown>;
type Query = UntypedText | string | TypedDocumentString<unknown, never>;

/** What of a document comes after it: nothing where it takes no variables. */
type Rest<Taken> = Taken extends Record<string, never> ? [] : [variables: Taken];

interface Asks<Text> {
  <Data, Taken>(document: TypedDocumentString<Data, Taken>, ...rest: Rest<Taken>): Promise<Answer<Data>>;
  <Data = Record<string, unknown>>(query: Text, variables?: Variables): Promise<Answer<Data>>;
  /** The data of an answer that has no error; a failure shows the whole answer. */
  data<Data, Taken>(document: TypedDocumentString<Data, Taken>, ...rest: Rest<Taken>): Promise<Data>;
  data<Data>(query: Text, variables?: Variables): Promise<Data>;
  /** The one error of an answer, as its extensions. */
  refusal<Data, Taken>(
    document: TypedDocumentString<Data, Taken>,
    ...rest: Rest<Taken>
  ): Promise<ShownError['extensions']>;
  refusal(query: Text, variables?: Variables): Promise<ShownError['extensions']>;
}

/** Asks one GraphQL endpoint, by documents that know their types, or by a text that is meant to be none of them. */
export type Ask = Asks<UntypedText>;

/** Asks one part by itself, whose documents are as short-lived as its tests, by any text. */
export type AskText = Asks<UntypedText | string>;

/** With a token, and with more headers, where these are given. */
export const createAsk: (...settings: Parameters<typeof createAskText>) => Ask = createAskText;

/** As `createAsk`, for texts. */
export function createAskText(url: string, token?: string, more: Record<string, string> = {}): AskText {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...more };
  const ask = async <Data>(query: Query, variables?: Variables): Promise<Answer<Data>> => {
    const body = JSON.stringify({ query: String(query), variables });
    const response = await fetch(url, { method: 'POST', headers, body });
    const text = await response.text();
    const { data, errors = [] } = JSON.parse(text) as { data?: Data; errors?: ShownError[] };
    return { status: response.status, headers: response.headers, data, errors, text };
  };
  return Object.assign(ask, {
    async data<Data>(query: Query, variables?: Variables): Promise<Data> {
      const answer = await ask<Data>(query, variables);
      if (!answer.data || answer.errors.length > 0) throw new Error(`No clean answer: ${answer.status} ${answer.text}`);
      return answer.data;
    },
    async refusal(query: Query, variables?: Variables) {
      const answer = await ask(query, variables);
      const [error, ...more] = answer.errors;
      if (!error || more.length > 0) throw new Error(`Not one error: ${answer.status} ${answer.text}`);
      return error.extensions;
    },
  });
}

/** A value that an answer without errors has; fails where it has none. */
export function given<Value>(value: Value): NonNullable<Value> {
  if (value === null || value === undefined) throw new Error('The answer has no errors, and not this value either.');
  return value;
}
