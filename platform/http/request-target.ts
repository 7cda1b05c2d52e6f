import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { HttpError } from './responses.ts';

/**
 * Checks which resource of which host a request is for (RFC 9112, sections 3.2 and 3.3). A target in absolute form, such
 * as `http://localhost:4000/graphql`, is replaced in `req.url` by its path and query, and its authority replaces Host.
 */
export function resolveTarget(req: IncomingMessage): HttpError | undefined {
  const hosts = hostsOf(req);
  const [host] = hosts;
  if (hosts.length > 1 || (host === undefined && req.httpVersion !== '1.0')) return notOneHost;
  if (host && !isAuthority(host)) return invalidHost;
  const { url: target = '', method } = req;
  if (!target.startsWith('/') && !(target === '*' && method === 'OPTIONS')) return resolveAbsoluteForm(req);
  if (target.includes('#')) return invalidTarget;
  // Without a host, the target names no server (RFC 9110, section 4.2.1).
  return host === '' && req.httpVersion !== '1.0' ? emptyHost : undefined;
}

function resolveAbsoluteForm(req: IncomingMessage): HttpError | undefined {
  const [, authority, path = '', query = ''] = absoluteForm.exec(req.url ?? '') ?? [];
  if (authority === undefined || !isAuthority(authority)) return invalidTarget;
  req.headers.host = authority;
  const isWholeServer = req.method === 'OPTIONS' && path === '' && query === '';
  req.url = isWholeServer ? '*' : `${path || '/'}${query}`;
  return undefined;
}

const absoluteForm = /^https?:\/\/([^/?#]+)(\/[^?#]*)?(\?[^#]*)?$/i;

/** Tells whether a text is a host with an optional port, as RFC 3986 has them in section 3.2, without user information. */
function isAuthority(text: string): boolean {
  const [, name, address, port = ''] = hostAndPort.exec(text) ?? [];
  if (Number(port) > maxPort) return false;
  return name !== undefined || (address !== undefined && (isIPv6(address) || futureAddress.test(address)));
}

// A comma may stand in a name, but no name in use has one: it separates the values of two headers that became one.
const hostAndPort = /^(?:((?:[\w.~!$&'()*+;=-]|%[\da-f]{2})+)|\[([^\]%]+)\])(?::(\d*))?$/i;
const futureAddress = /^v[\da-f]+\.[\w.~!$&'()*+,;=:-]+$/i;
const maxPort = 65_535;

function hostsOf({ rawHeaders }: IncomingMessage): string[] {
  const hosts: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) if (isHost(rawHeaders[at])) hosts.push(rawHeaders[at + 1] ?? '');
  return hosts;
}

const isHost = (name = '') => name.length === 4 && name.toLowerCase() === 'host';

const badRequest = (message: string): HttpError => ({ status: 400, code: 'BAD_REQUEST', message });

const notOneHost = badRequest('Send exactly one Host header.');
const emptyHost = badRequest('The Host header is empty: send the name of the server.');
const invalidHost = badRequest(
  'The Host header is no host with an optional port: send one such as localhost:4000, without user, path or spaces.',
);
const invalidTarget = badRequest(
  'The request target is no path and no http URL with a host: send one such as /graphql, without user or fragment.',
);
