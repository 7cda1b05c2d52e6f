/** A request of somebody who knows what they want and nothing else of this API. */
export interface Draft {
  method: string;
  path: string;
  headers: Record<string, string>;
  document: string;
  variables: Record<string, unknown>;
  operationName?: string | undefined;
  /** The image of the variables is sent as a file, by the GraphQL multipart request specification. */
  asFile?: boolean;
  /** Sent in place of the document and its variables as JSON. */
  body?: string | FormData | undefined;
  /** The text that they take for their access token. */
  token?: string | undefined;
}

/** Steps beside changing a request, for which a newcomer has the means if an error asks for them. */
export interface Means {
  logIn?: () => Promise<string>;
  createPersonalAccessToken?: () => Promise<string>;
  /** Makes an image of at most so many bytes, in base64. */
  shrinkTo?: (maxBytes: number) => Promise<string>;
}

export interface Answer {
  status: number;
  data?: Record<string, unknown> | null;
  errors: { message: string; locations?: { line: number; column: number }[]; extensions: { code: string } }[];
}

type Change = (match: RegExpMatchArray, draft: Draft, means: Means) => Partial<Draft> | Promise<Partial<Draft>>;

interface Image {
  data: string;
}

/** Changes the image of the variables, wherever their input has it. */
function withImage({ variables }: Draft, change: (image: Image) => object): Partial<Draft> {
  const { input } = variables as { input: { image: Image } };
  return { variables: { ...variables, input: { ...input, image: { ...input.image, ...change(input.image) } } } };
}

const withData = (draft: Draft, change: (data: string) => string) =>
  withImage(draft, ({ data }) => ({ data: change(data) }));

/** Instructions that errors give, and how a reader follows each. No other part of an answer is looked at. */
const instructions: [says: RegExp, Change][] = [
  // A request.
  [/\{"query":"[^"]+"[,}]/, () => ({ body: undefined })],
  [/\b(?:by POST|POST to)\b/, () => ({ method: 'POST' })],
  [/\b(?:is at|POST to) (\/\w+)/, ([, path = '']) => ({ path })],
  [/\bAccept one of ([\w/]+)/, ([, accept = ''], { headers }) => ({ headers: { ...headers, accept } })],
  [/\bsend the operationName of one\b/, (_, { document }) => ({ operationName: /query (\w+)/.exec(document)?.[1] })],
  [/\bVariable "\$(\w+)" .* was not provided/, () => ({ body: undefined })],
  [/\bprovided as an object\b/, () => ({ body: undefined })],
  // A document.
  [
    /"(\w+)".* Did you mean "(\w+)"/,
    ([, wrong = '', right = ''], { document }) => ({ document: document.replace(wrong, right) }),
  ],
  [
    /"(\w+)" .* must have a selection of subfields/,
    ([, field = ''], { document }) => ({ document: document.replace(field, `${field} { __typename }`) }),
  ],
  // A token.
  [/\b(?:log in|log-in returned)\b/i, async (_, __, { logIn }) => (logIn ? { token: await logIn() } : {})],
  [
    /\bcreate another\b/,
    async (_, __, { createPersonalAccessToken: create }) => (create ? { token: await create() } : {}),
  ],
  // An image.
  [/\bno "data:" prefix/, (_, draft) => withData(draft, (data) => data.replace(/^data:.*?,/, ''))],
  [/\bno line breaks/, (_, draft) => withData(draft, (data) => data.replace(/\s/g, ''))],
  [/\bstandard alphabet/, (_, draft) => withData(draft, (data) => data.replaceAll('-', '+').replaceAll('_', '/'))],
  [/\bpadded\b/, (_, draft) => withData(draft, (data) => data.padEnd(Math.ceil(data.length / 4) * 4, '='))],
  [/, which is (image\/\w+): set it to that/, ([, contentType], draft) => withImage(draft, () => ({ contentType }))],
  [/\bSet image\.fit to true\b/, (_, draft) => withImage(draft, () => ({ fit: true }))],
  [
    /\b(?:the limit is|may have) (\d+) bytes/,
    async ([, bytes], draft, { shrinkTo }) => {
      const data = await shrinkTo?.(Number(bytes));
      return data === undefined ? {} : withData(draft, () => data);
    },
  ],
];

/** The first header of those that an error names for which the newcomer has the value. */
function headerIn(message: string, token: string | undefined): Record<string, string> {
  const [, after = ''] = /`([^`]+)`/.exec(message) ?? /\bheaders?\b(.*)/s.exec(message) ?? [];
  for (const [, name = '', value = ''] of after.matchAll(/\b([A-Z][a-z]+(?:-[A-Z][a-z]+)*): ([\w/+-]+)/g)) {
    if (value !== 'Bearer') return { [name.toLowerCase()]: value };
    if (token !== undefined) return { [name.toLowerCase()]: `Bearer ${token}` };
  }
  return {};
}

/** Follows what an error says. Throws if that changes nothing. */
export async function follow(message: string, draft: Draft, means: Means = {}): Promise<Draft> {
  let changed = draft;
  for (const [says, change] of instructions) {
    const match = message.match(says);
    if (match) changed = { ...changed, ...(await change(match, changed, means)) };
  }
  const { token } = changed;
  const authorization = token !== draft.token && token !== undefined && { authorization: `Bearer ${token}` };
  changed = { ...changed, headers: { ...changed.headers, ...headerIn(message, token), ...authorization } };
  if (JSON.stringify(changed) === JSON.stringify(draft)) throw new Error(`It does not say what to change: ${message}`);
  return changed;
}

export async function sendDraft(gateway: string, draft: Draft): Promise<Answer> {
  const { method, path, headers, document, variables, operationName, body } = draft;
  const json = JSON.stringify({ query: document, variables, ...(operationName && { operationName }) });
  const written = draft.asFile ? formOf(draft) : (body ?? json);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const response = await fetch(new URL(path, gateway), { method, headers, ...(hasBody && { body: written }) });
  const { data, errors = [] } = (await response.json()) as Partial<Answer>;
  return { status: response.status, ...(data !== undefined && { data }), errors };
}

function formOf(draft: Draft): FormData {
  const form = new FormData();
  const { document: query, variables } = { ...draft, ...withImage(draft, () => ({ data: null })) };
  form.append('operations', JSON.stringify({ query, variables }));
  form.append('map', '{"0":["variables.input.image.data"]}');
  const { input } = draft.variables as { input: { image: Image } };
  form.append('0', new Blob([new Uint8Array(Buffer.from(input.image.data, 'base64'))]), 'photo');
  return form;
}

/** Sends a draft and follows each error, until there is none. Returns the errors. */
export async function sendUntilAccepted(gateway: string, draft: Draft, means: Means = {}): Promise<Answer['errors']> {
  const seen: Answer['errors'] = [];
  for (let sent = draft; ; ) {
    const { errors } = await sendDraft(gateway, sent);
    const [error] = errors;
    if (!error) return seen;
    seen.push(error);
    if (seen.length > 3) throw new Error(`Still rejected: ${seen.map(({ message }) => message).join('\n')}`);
    sent = await follow(error.message, sent, means);
  }
}
