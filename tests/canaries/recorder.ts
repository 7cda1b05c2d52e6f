import type { TypedDocumentString } from '../generated/graphql.ts';
import type { UntypedDocument } from '../support/graphql/request.ts';
import { type Canary, textCanary } from './forms.ts';
import type { Place } from './search.ts';

/** What is given to who is logged in. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** What a request brought. */
export interface Heard<Data> {
  status: number;
  data: Data | null | undefined;
  codes: string[];
}

interface Asker {
  token?: string | undefined;
  headers?: Record<string, string>;
}

/** What a good client asks. */
export interface Question<Data, Taken> extends Asker {
  query: TypedDocumentString<Data, Taken>;
  variables: Taken;
}

/** What is asked by a document that no good client sends, or with variables that it does not take. */
export interface WrongQuestion extends Asker {
  query: UntypedDocument;
  variables?: Record<string, unknown>;
}

/** Asks, and keeps all that it hears: tokens as canaries, everything else as a place to look for canaries in. */
export interface Recorder {
  request<Data, Taken>(url: string, question: Question<Data, Taken>): Promise<Heard<Data>>;
  request<Data>(url: string, question: WrongQuestion): Promise<Heard<Data>>;
  /** Sends anything at all. */
  send<Data>(url: string, request: RequestInit): Promise<Heard<Data>>;
  /** The tokens that were given out on purpose. */
  tokens: Canary[];
  /** Answers without these tokens, headers too. */
  answers: Place[];
  /** Answers as they came. */
  whole: Place[];
  /** Every error code that was heard. */
  codes: Set<string>;
}

export function createRecorder(): Recorder {
  const tokens: Canary[] = [];
  const answers: Place[] = [];
  const whole: Place[] = [];
  const codes = new Set<string>();

  const send = async <Data>(url: string, request: RequestInit): Promise<Heard<Data>> => {
    const response = await fetch(url, request);
    const text = await response.text();
    const body = parse<Data>(text);
    const given = tokensIn(body);
    for (const { accessToken, refreshToken } of given) {
      const nth = whole.length + 1;
      // The header of a token is no secret.
      tokens.push(textCanary(`access token of answer ${nth}`, accessToken.slice(accessToken.indexOf('.') + 1)));
      tokens.push(textCanary(`refresh token of answer ${nth}`, refreshToken));
    }
    const secrets = given.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]);
    const name = `answer ${whole.length + 1}`;
    const head = `${response.status} ${JSON.stringify([...response.headers])}\n`;
    const without = secrets.reduce((left, secret) => left.replace(secret, ''), text);
    whole.push({ name, bytes: Buffer.from(`${head}${text}`) });
    answers.push({ name, bytes: Buffer.from(`${head}${without}`) });
    const found = (body.errors ?? []).map(({ extensions }) => String(extensions?.code));
    for (const code of found) codes.add(code);
    return { status: response.status, data: body.data, codes: found };
  };

  return {
    ...{ send, tokens, answers, whole, codes },
    request: <Data>(url: string, { query, variables, token, headers }: Question<Data, unknown> | WrongQuestion) => {
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

/** The pairs that were given out in one answer. */
function tokensIn({ data }: Body<unknown>): Tokens[] {
  return Object.values(data ?? {}).filter((field: unknown): field is Tokens => {
    return typeof field === 'object' && field !== null && 'accessToken' in field && 'refreshToken' in field;
  });
}
