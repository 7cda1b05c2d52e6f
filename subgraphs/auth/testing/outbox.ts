import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';
import type { Outbox } from '../storage/outbox.ts';

/** Accepts all pending events of a subscriber, of which none was postponed, and returns them in order per user. */
export async function acceptAll(outbox: Outbox, subscriber: string): Promise<SecurityEvent[]> {
  const events: SecurityEvent[] = [];
  const firstDue = async () => (await outbox.due(subscriber, 1))[0];
  for (let next = await firstDue(); next; next = (await outbox.markAccepted(next.seq)) ?? (await firstDue()))
    events.push(next.event);
  return events;
}
