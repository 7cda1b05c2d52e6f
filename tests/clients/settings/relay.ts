import { Environment, type GraphQLResponse, Network, RecordSource, Store } from 'relay-runtime';
import { hasCode, type Session } from './session.ts';

export function createRelayEnvironment(url: string, session: Session): Environment {
  const post = async (body: string, headers: { authorization?: string }) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
    return (await fetch(url, init)).json();
  };
  const network = Network.create(async ({ text }, variables): Promise<GraphQLResponse> => {
    const body = JSON.stringify({ query: text, variables });
    const headers = session.headers();
    let response = await post(body, headers);
    if (hasCode(response.errors, 'UNAUTHENTICATED') && (await session.refresh(headers.authorization)))
      response = await post(body, session.headers());
    // Relay fails with the errors only where there is no data.
    const hasData = Object.values(response.data ?? {}).some((value) => value !== null);
    return response.errors && !hasData ? { ...response, data: null } : response;
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}
