import { type Canary, textCanary } from './canary-forms.ts';
import type { Place } from './canary-search.ts';

type Data = Record<string, unknown>;

/** What is given to who is logged in. */
export interface GivenTokens {
  accessToken: string;
  refreshToken: string;
}

/** What a request brought. */
export interface Heard {
  status: number;
  data: Data;
  codes: string[];
}

export interface Question {
  query?: string;
  variables?: Record<string, unknown>;
  token?: string | undefined;
  headers?: Record<string, string>;
}

/** Asks, and keeps all that it hears: tokens as canaries, everything else as a place to look for canaries in. */
export interface Recorder {
  ask(url: string, question: Question): Promise<Heard>;
  /** Sends anything at all. */
  send(url: string, request: RequestInit): Promise<Heard>;
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

  const send: Recorder['send'] = async (url, request) => {
    const response = await fetch(url, request);
    const text = await response.text();
    const body = parse(text);
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
    return { status: response.status, data: body.data ?? {}, codes: found };
  };

  return {
    ...{ send, tokens, answers, whole, codes },
    ask: (url, { query, variables, token, headers }) => {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const json = { 'content-type': 'application/json' };
      return send(url, {
        method: 'POST',
        headers: { ...json, ...authorization, ...headers },
        body: JSON.stringify({ query, variables }),
      });
    },
  };
}

interface Body {
  data?: Data | null;
  errors?: { extensions?: { code?: unknown } }[];
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

/** The pairs that were given out in one answer. */
function tokensIn({ data }: Body): GivenTokens[] {
  return Object.values(data ?? {}).filter((field): field is GivenTokens => {
    return typeof field === 'object' && field !== null && 'accessToken' in field && 'refreshToken' in field;
  });
}
