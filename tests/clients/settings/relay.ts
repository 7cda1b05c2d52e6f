import { Environment, Network, RecordSource, Store } from 'relay-runtime';

export function createRelayEnvironment(url: string, readAccessToken: () => string | undefined): Environment {
  const network = Network.create(async ({ text }, variables) => {
    const token = readAccessToken();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}
