import { AnswerError, ConnectionError, isApiError } from '../../node.ts';

/** A failure with a message for the user. The exit code is 1. */
export class CommandError extends Error {}

/** An invalid command line. The exit code is 2. */
export class UsageError extends Error {
  /** The name of the command whose usage to print. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.command = command;
  }
}

/** Codes of failed connections, each with what to do. */
const connectionAdvice: [codes: RegExp, advice: string][] = [
  [/^ECONNREFUSED$/, 'Nothing listens there: start the server, or pass the right address as --url.'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'No such host is found: check the address, and the network.'],
  [/^(ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, 'The host is not reachable: check the network.'],
  [
    /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)$/,
    'The port speaks http: use http:// instead of https://.',
  ],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'The certificate is for another host: check the address.'],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    'The certificate has expired, or is not valid yet: check the clock, or tell the server’s operator.',
  ],
  [
    /CERT|SELF_SIGNED|LEAF_SIGNATURE|^ERR_(SSL|TLS)/,
    'The certificate is not trusted: if it is your own authority’s, set NODE_EXTRA_CA_CERTS to the file of that.',
  ],
  [
    /^(UND_ERR_SOCKET|ECONNRESET|HPE_\w+)$/,
    'The connection was cut. If the port speaks https, use https:// instead of http://.',
  ],
];

/** Says in plain words what was wrong, and what to do. */
export function explainError(error: unknown, { token }: { token: string | undefined }): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ConnectionError) {
    const causes = causesOf(error);
    if (causes.some(({ name }) => name === 'AbortError')) return `${message} It took too long: try again later.`;
    return `${message} ${adviceOf(causes) ?? causes.at(-1)?.message ?? ''}`.trimEnd();
  }
  if (error instanceof AnswerError) return `${message} Check the address: an endpoint usually ends in /graphql.`;
  if (isApiError(error, 'UNAUTHENTICATED')) {
    return token === undefined
      ? `${message} Run image-supergraph login.`
      : `${message} Check IMAGE_SUPERGRAPH_TOKEN, or unset it and run image-supergraph login.`;
  }
  if (isApiError(error, 'RATE_LIMITED')) return `${message} Run it again in ${error.retryAfterSeconds} s.`;
  return message;
}

const adviceOf = (causes: Error[]) =>
  causes.flatMap((cause) => {
    const code = 'code' in cause ? String(cause.code) : '';
    return connectionAdvice.find(([pattern]) => pattern.test(code))?.[1] ?? [];
  })[0];

/** The causes of an error, with the errors of all addresses of a host; the innermost last. */
function causesOf(error: Error, depth = 0): Error[] {
  if (depth > 5) return [];
  const parts: unknown[] = error instanceof AggregateError ? error.errors : [];
  const direct = [error.cause, ...parts].filter((each) => each instanceof Error || each instanceof DOMException);
  return direct.flatMap((each) => [each as Error, ...causesOf(each as Error, depth + 1)]);
}
