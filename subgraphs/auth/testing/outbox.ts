import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';
import type { Outbox } from '../storage/outbox.ts';

/** Accepts all that waits for a subscriber, whenever it is due; gives it, in order for each user. */
export async function acceptAll(outbox: Outbox, subscriber: string): Promise<SecurityEvent[]> {
  const events: SecurityEvent[] = [];
  const firstDue = async () => (await outbox.due(subscriber, new Date(2 ** 42), 1))[0];
  for (let next = await firstDue(); next; next = (await outbox.accepted(next.seq)) ?? (await firstDue()))
    events.push(next.event);
  return events;
}
