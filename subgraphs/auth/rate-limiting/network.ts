import ipaddr from 'ipaddr.js';

/** In 16 bits each: a /64 is what one customer gets, and may take any address of (RFC 6177). */
const prefixParts = 4;

/** Who counts as one behind an IP address: the address itself, of IPv6 its /64. What is no address is told apart as it is. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const prefix = parsed.parts.slice(0, prefixParts).map((part) => part.toString(16));
  return `${prefix.join(':')}::/64`;
}
