/** OAuth 2.0 Token Exchange (RFC 8693), as the gateway and auth use it. */
export const tokenExchange = {
  path: '/token',
  grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
  /** The type of the issued token, and of the token given for it. */
  tokenType: 'urn:ietf:params:oauth:token-type:access_token',
  contentType: 'application/x-www-form-urlencoded',
} as const;

/** An access token that was issued in exchange for another token. */
export interface ExchangedToken {
  accessToken: string;
  /** Lifetime in seconds. */
  expiresIn: number;
}

/** Returns undefined if the token is unknown, expired or revoked. Rejects if that cannot be told now. */
export type ExchangeToken = (token: string) => Promise<ExchangedToken | undefined>;

/** Makes the body of a request (section 2.1). */
export function exchangeForm(token: string): string {
  const { grantType, tokenType } = tokenExchange;
  return new URLSearchParams({
    grant_type: grantType,
    subject_token: token,
    subject_token_type: tokenType,
  }).toString();
}
