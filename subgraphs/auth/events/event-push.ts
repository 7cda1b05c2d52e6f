import fetch from 'node-fetch';
import { abortAfter } from '../../../platform/async/deadline.ts';
import { securityEventType } from '../../../platform/tokens/security-event.ts';

/** What a subscriber made of an event: it is its business now, it does not want it as it is, or nothing was heard of it. */
export type Pushed = { outcome: 'ACCEPTED' } | { outcome: 'REFUSED' | 'AWAY'; reason: string };

/** Pushes a Security Event Token to a subscriber's URL. Never rejects. */
export type PushEvent = (url: string, token: string, stopping: AbortSignal, timeoutMs?: number) => Promise<Pushed>;

const maxAnswerBytes = 4_096;

/** RFC 8935, section 2: 202 means that it has been kept, 400 says in JSON what is wrong with it. */
export const pushEvent: PushEvent = async (url, token, stopping, timeoutMs = 5_000) => {
  const waiting = new AbortController();
  const clear = abortAfter(waiting, timeoutMs, stopping);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': `application/${securityEventType}`, accept: 'application/json' },
      body: token,
      redirect: 'error',
      size: maxAnswerBytes,
      signal: waiting.signal,
    });
    const answer = await response.text();
    if (response.status === 202) return { outcome: 'ACCEPTED' };
    // Anything else says something of the subscriber, as that it does not know a new key yet, or what is in front of it.
    const isOfThisEvent = response.status === 400 && !answer.includes('"invalid_key"');
    return { outcome: isOfThisEvent ? 'REFUSED' : 'AWAY', reason: `${response.status} ${answer}` };
  } catch (error) {
    const { message } = waiting.signal.aborted ? waiting.signal.reason : (error as Error);
    return { outcome: 'AWAY', reason: message };
  } finally {
    clear();
  }
};
