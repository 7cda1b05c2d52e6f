import { type Answer, type Asked, isRecord } from './exchange.ts';

/** Where the gateway answers GraphQL, seen from the page. */
export const endpoint = new URL('graphql', document.baseURI).href;

/** Asks the gateway. Rejects where a header cannot be sent, and where nothing answers, or something that speaks no GraphQL. */
export async function post(asked: Partial<Asked>, headers: Record<string, unknown> = {}): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: toHeaders({ ...headers, accept: 'application/json', 'content-type': 'application/json' }),
    body: JSON.stringify(asked),
    credentials: 'omit',
  }).catch((cause) => {
    throw new Error('The gateway cannot be reached.', { cause });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!isRecord(answer)) throw new Error(`The gateway answered ${response.status}, and no JSON.`);
  return answer;
}

function toHeaders(given: Record<string, unknown>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    try {
      headers.set(name, String(value));
    } catch (cause) {
      throw new Error(`The header “${name}” cannot be sent: there is a character in it that none may have.`, { cause });
    }
  }
  return headers;
}
