import type { IncomingMessage } from 'node:http';
import { isIP, SocketAddress } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The client of a request, as far as its connection and headers identify it. */
export interface ClientInfo {
  /** IP address in canonical form; empty if the connection was closed before it could be read. */
  address: string;
  /** The `User-Agent` header, as sent by the client. */
  userAgent: string | undefined;
}

/** Identifies the client by the remote address of its connection, without trusting any header. */
export function remoteClient({ socket, headers }: IncomingMessage): ClientInfo {
  return { address: canonicalAddress(socket.remoteAddress) ?? '', userAgent: headers['user-agent'] };
}

/**
 * Formats an IP address in the one form used everywhere: IPv4-mapped IPv6 addresses as IPv4, other IPv6 addresses as
 * RFC 5952 prescribes, without a zone. Returns undefined if the text is no IP address.
 */
export function canonicalAddress(text = ''): string | undefined {
  const version = isIP(text);
  if (version !== 6) return version === 4 ? text : undefined;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  return address.replace(/^::ffff:(?=.*\.)/, '');
}

/** In parts of 16 bits: a customer gets a /64 and can use any address in it (RFC 6177). */
const prefixParts = 4;

/** The network that counts as one client: an IPv4 address, or the /64 of an IPv6 address. Other text is returned as is. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const prefix = parsed.parts.slice(0, prefixParts).map((part) => part.toString(16));
  return `${prefix.join(':')}::/64`;
}
