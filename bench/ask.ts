import { setTimeout } from 'node:timers/promises';
import type { Child } from './child.ts';

/** A gateway's answer, and the text that it came as. */
export interface Answer {
  status: number;
  text: string;
  data?: unknown;
  errors?: unknown[];
}

const answersWithinMs = 20_000;
const betweenTriesMs = 5;

/** Sends one request, with a token where one is given. */
export async function ask(url: string, body: string, authorization?: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(url, {
    method: 'POST',
    headers: authorization === undefined ? headers : { ...headers, authorization },
    body,
  });
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as Pick<Answer, 'data' | 'errors'>;
  return { status: response.status, text, ...(data !== undefined && { data }), ...(errors && { errors }) };
}

/** Asks a process that is starting until it answers 200 without errors; throws where it ends before. */
export async function firstAnswer(child: Child, body: string, authorization?: string): Promise<Answer> {
  const endsAt = performance.now() + answersWithinMs;
  for (;;) {
    const answer = await ask(child.url, body, authorization).catch(() => undefined);
    if (answer?.status === 200 && !answer.errors) return answer;
    child.requireAlive();
    if (performance.now() > endsAt) throw new Error(`${child.url} does not answer: ${answer?.text}\n${child.output()}`);
    await setTimeout(betweenTriesMs);
  }
}
