import type { IncomingMessage } from 'node:http';
import { isIP, SocketAddress } from 'node:net';

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
