/** An unsigned JWT with the claim `sid`, all that the page reads of an access token. */
export function accessTokenOf(sessionId: string, number: number): string {
  return `header.${btoa(JSON.stringify({ sid: sessionId }))}.${number}`;
}
