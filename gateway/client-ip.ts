import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';
import { type ClientInfo, canonicalAddress } from '../platform/http/client-info.ts';
import type { Logger } from '../platform/process/logger.ts';

type IsTrusted = (address: string, hops: number) => boolean;

/** In characters: more than is stored of a user agent, and far less than Node's limit for all headers. */
const maxUserAgentLength = 1_000;

/** Names that proxy-addr has for the ranges of this machine, of its link, and of private networks. */
const namedRanges = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Creates a function that identifies the client of a request. Behind trusted proxies, its address is the last one in
 * `X-Forwarded-For` that is not a trusted proxy's: the client may have forged those before it. Without trusted proxies
 * it is the remote address of the connection.
 */
export function createClientIp(
  trustedProxies: readonly string[] = [],
  log?: Logger,
): (req: IncomingMessage) => ClientInfo {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  const addressOf = trustedProxies.length > 0 ? forwardedAddress(isTrusted) : remoteAddress;
  const warn = log && warnOnceOfUntrustedProxy(isTrusted, log);
  return (req) => {
    warn?.(req);
    return { address: addressOf(req) ?? '', userAgent: req.headers['user-agent']?.slice(0, maxUserAgentLength) };
  };
}

/** Tells whether a text names proxies: an IP address, a range in CIDR notation (RFC 4632), or a named range. */
export function isProxyRange(text: string): boolean {
  if (namedRanges.includes(text)) return true;
  const [address = '', bits = '32'] = text.split('/');
  // proxy-addr also accepts octal and abbreviated IPv4 addresses, which are easily misread.
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits)) return false;
  try {
    proxyAddr.compile(text);
    return true;
  } catch {
    return false;
  }
}

/** Warns once per process: behind an untrusted proxy, all clients share one address and its rate limits. */
function warnOnceOfUntrustedProxy(isTrusted: IsTrusted, log: Logger) {
  let hasWarned = false;
  return (req: IncomingMessage) => {
    if (hasWarned || req.headers['x-forwarded-for'] === undefined) return;
    const address = remoteAddress(req) ?? '';
    if (isTrusted(address, 0)) return;
    hasWarned = true;
    log.warn({ address }, 'X-Forwarded-For is ignored: it came from an address that TRUSTED_PROXIES does not include');
  };
}

function forwardedAddress(isTrusted: IsTrusted) {
  return (req: IncomingMessage) => canonicalAddress(withoutPort(proxyAddr(req, isTrusted))) ?? remoteAddress(req);
}

/** Undefined once the connection is closed. */
function remoteAddress({ socket }: IncomingMessage): string | undefined {
  return canonicalAddress(socket.remoteAddress);
}

/** Removes the client's port, which some proxies append. */
function withoutPort(text = ''): string {
  return text.replace(/^([\d.]+):\d+$/, '$1').replace(/^\[(.*)\](:\d+)?$/, '$1');
}
