import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';
import { type ClientInfo, canonicalAddress } from '../platform/http/client-info.ts';
import type { Logger } from '../platform/process/logger.ts';

type IsTrusted = (address: string, hops: number) => boolean;

/** Of what a client says of itself: far over what is kept of it, far under what fills up the head of a request. */
const maxUserAgentLength = 1_000;

/** Ranges that have a name: those of this machine, of its link, and of private networks. */
const namedRanges = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Tells who is connected. Behind trusted proxies that is the last address in `X-Forwarded-For` that is none of theirs:
 * whatever stands before it, the client may have written there itself. Without them, nobody's headers are asked.
 */
export function createClientIp(
  trustedProxies: readonly string[] = [],
  log?: Logger,
): (req: IncomingMessage) => ClientInfo {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  const addressOf = trustedProxies.length > 0 ? addressBehind(isTrusted) : otherEnd;
  const warn = log && warnOnceOfStrangers(isTrusted, log);
  return (req) => {
    warn?.(req);
    return { address: addressOf(req) ?? '', userAgent: req.headers['user-agent']?.slice(0, maxUserAgentLength) };
  };
}

/** Whether proxies can be told by a text: an address, a range of them (RFC 4632), or a range's name. */
export function isProxyRange(text: string): boolean {
  if (namedRanges.includes(text)) return true;
  const [address = '', bits = '32'] = text.split('/');
  // proxy-addr also takes octal numbers, and fewer than four: too easily mistaken for another address.
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits)) return false;
  try {
    proxyAddr.compile(text);
    return true;
  } catch {
    return false;
  }
}

/** All clients behind a proxy that is not trusted are held up together: whoever runs both would want to know. */
function warnOnceOfStrangers(isTrusted: IsTrusted, log: Logger) {
  let isSaid = false;
  return (req: IncomingMessage) => {
    if (isSaid || req.headers['x-forwarded-for'] === undefined) return;
    const address = otherEnd(req) ?? '';
    if (isTrusted(address, 0)) return;
    isSaid = true;
    log.warn(
      { address },
      'X-Forwarded-For came from an address that TRUSTED_PROXIES does not name, and is not believed',
    );
  };
}

function addressBehind(isTrusted: IsTrusted) {
  return (req: IncomingMessage) => canonicalAddress(withoutPort(proxyAddr(req, isTrusted))) ?? otherEnd(req);
}

function otherEnd({ socket }: IncomingMessage): string | undefined {
  return canonicalAddress(socket.remoteAddress);
}

/** Some proxies add the client's port. A connection that is gone may have no address any more. */
function withoutPort(text = ''): string {
  return text.replace(/^([\d.]+):\d+$/, '$1').replace(/^\[(.*)\](:\d+)?$/, '$1');
}
