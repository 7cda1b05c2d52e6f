import type { Dispatcher } from 'undici';

export interface Post {
  path: string;
  body: string;
  authorization: string;
}

/** Sends a request and reads its answer; throws unless that is good, as what was refused took no time to do. */
export async function post(dispatcher: Dispatcher, { path, body, authorization }: Post): Promise<string> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', authorization };
  const response = await dispatcher.request({ path, method: 'POST', headers, body });
  const text = await response.body.text();
  if (response.statusCode !== 200 || text.includes('"errors":')) throw new Error(`Refused: ${text.slice(0, 500)}`);
  return text;
}
