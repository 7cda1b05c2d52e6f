/** A query with a field of each subgraph. */
const query = '{ me { id } resources { totalCount } }';

/** Throws unless both subgraphs answer through the gateway. Without a token, each rejects its field. */
export async function requireAnswers(gatewayUrl: string): Promise<void> {
  const response = await fetch(gatewayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] };
  const rejected = errors.filter((error) => error.extensions?.code === 'UNAUTHENTICATED').length;
  if (rejected !== 2 || errors.length !== 2)
    throw new Error(`The first query returned an unexpected response: ${text}`);
}
