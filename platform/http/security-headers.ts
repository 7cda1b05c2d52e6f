/**
 * Sent with every response that has no other value for them. None hinders `fetch` of another origin, which CORS allows or
 * not.
 */
export const securityHeaders = {
  // A response belongs to one user.
  'cache-control': 'no-store',
  // No response is a page, or part of one.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // Pages of other sites embed nothing of this server, not even to measure it.
  'cross-origin-resource-policy': 'same-origin',
  // A query in a URL stays here.
  'referrer-policy': 'no-referrer',
  // Browsers read a response as the type that it has.
  'x-content-type-options': 'nosniff',
} as const;

/** Adds Strict-Transport-Security (RFC 6797) for clients that reach the server through TLS; 0 adds nothing. */
export function withHsts(headers: Readonly<Record<string, string>>, maxAgeSeconds: number): Record<string, string> {
  return { ...headers, ...(maxAgeSeconds > 0 && { 'strict-transport-security': `max-age=${maxAgeSeconds}` }) };
}
