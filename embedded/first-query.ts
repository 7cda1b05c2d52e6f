/** A query that both subgraphs must have a part in. */
const query = '{ me { id } resources { totalCount } }';

/** Throws unless the gateway answers for each subgraph: without a token, each refuses its own field. */
export async function requireAnswers(gatewayUrl: string): Promise<void> {
  const response = await fetch(gatewayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] };
  const refused = errors.filter((error) => error.extensions?.code === 'UNAUTHENTICATED').length;
  if (refused !== 2 || errors.length !== 2)
    throw new Error(`The first query was not answered as it should be: ${text}`);
}
