import fetch from 'node-fetch';
import { abortAfter } from '../../../platform/async/deadline.ts';
import { securityEventType } from '../../../platform/tokens/security-event.ts';

/**
 * ACCEPTED: the subscriber stored the event. REJECTED: it will not accept this event. UNAVAILABLE: it could not be reached,
 * or its response says nothing about the event.
 */
export type PushResult = { outcome: 'ACCEPTED' } | { outcome: 'REJECTED' | 'UNAVAILABLE'; reason: string };

/** Pushes a Security Event Token to a subscriber's URL. Never rejects. */
export type PushEvent = (url: string, token: string, stopping: AbortSignal, timeoutMs?: number) => Promise<PushResult>;

const maxResponseBytes = 4_096;

/** Push delivery as in RFC 8935, section 2: 202 accepts the event, 400 rejects it with a reason in JSON. */
export const pushEvent: PushEvent = async (url, token, stopping, timeoutMs = 5_000) => {
  const request = new AbortController();
  const clear = abortAfter(request, timeoutMs, stopping);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': `application/${securityEventType}`, accept: 'application/json' },
      body: token,
      redirect: 'error',
      size: maxResponseBytes,
      signal: request.signal,
    });
    const body = await response.text();
    if (response.status === 202) return { outcome: 'ACCEPTED' };
    // Other responses concern the subscriber, not the event: it lacks a new key yet, or a proxy answered.
    const isRejected = response.status === 400 && !body.includes('"invalid_key"');
    return { outcome: isRejected ? 'REJECTED' : 'UNAVAILABLE', reason: `${response.status} ${body}` };
  } catch (error) {
    const { message } = request.signal.aborted ? request.signal.reason : (error as Error);
    return { outcome: 'UNAVAILABLE', reason: message };
  } finally {
    clear();
  }
};
