import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { HttpError } from './responses.ts';

/**
 * Checks which resource of which host a request is for (RFC 9112, sections 3.2 and 3.3). A target in absolute form, such
 * as `http://127.0.0.1:4003/images/public/…`, is replaced in `request.url` by its path and query. Throws 400.
 */
export function resolveTarget(request: IncomingMessage): void {
  const { url: target = '', method, httpVersion } = request;
  const [host, ...otherHosts] = hostsOf(request);
  if (otherHosts.length > 0 || (host === undefined && httpVersion !== '1.0'))
    throw badRequest('Send exactly one Host header.');
  if (host && !isAuthority(host)) throw badRequest(INVALID_HOST);
  if (!target.startsWith('/') && !(target === '*' && method === 'OPTIONS')) {
    request.url = originFormOf(request);
    return;
  }
  if (target.includes('#')) throw badRequest(INVALID_TARGET);
  // Without a host, the target names no server (RFC 9110, section 4.2.1).
  if (host === '' && httpVersion !== '1.0') throw badRequest('The Host header is empty: send the name of the server.');
}

function originFormOf({ url = '', method }: IncomingMessage): string {
  const [, authority, path = '', query = ''] = ABSOLUTE_FORM.exec(url) ?? [];
  if (authority === undefined || !isAuthority(authority)) throw badRequest(INVALID_TARGET);
  const isWholeServer = method === 'OPTIONS' && path === '' && query === '';
  return isWholeServer ? '*' : `${path || '/'}${query}`;
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]+)(\/[^?#]*)?(\?[^#]*)?$/i;

/** Tells whether a text is a host with an optional port, as RFC 3986 has them in section 3.2, without user information. */
function isAuthority(text: string): boolean {
  const [, name, address, port = ''] = HOST_AND_PORT.exec(text) ?? [];
  if (Number(port) > MAX_PORT) return false;
  return name !== undefined || (address !== undefined && (isIPv6(address) || FUTURE_ADDRESS.test(address)));
}

// A comma may stand in a name, but no name in use has one: it separates the values of two headers that became one.
const HOST_AND_PORT = /^(?:((?:[\w.~!$&'()*+;=-]|%[\da-f]{2})+)|\[([^\]%]+)\])(?::(\d*))?$/i;
const FUTURE_ADDRESS = /^v[\da-f]+\.[\w.~!$&'()*+,;=:-]+$/i;
const MAX_PORT = 65_535;

function hostsOf({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host');
}

// Where the next request begins is as uncertain as the target of this one.
const badRequest = (message: string) => new HttpError(400, message, { Connection: 'close' });

const INVALID_HOST =
  'The Host header is no host with an optional port: send one such as 127.0.0.1:4003, without user, path or spaces.';
const INVALID_TARGET =
  'The request target is no path and no http URL with a host: send one such as /images/api/v1/images, without user or fragment.';
