import { expect, onTestFinished, test } from 'vitest';
import { collectGarbage } from '../../../tests/support/collect-garbage.ts';
import { listen } from '../../../tests/support/http/servers.ts';
import { pushEvent } from './event-push.ts';

const never = new AbortController().signal;

test.each([
  ['does not respond', () => {}],
  ['hangs in the middle of its response', (_: unknown, res: { write(text: string): unknown }) => void res.write('{')],
])('times out if the subscriber %s, even during garbage collection', async (_, respond) => {
  const server = await listen(respond);
  onTestFinished(server.stop);
  const collecting = setInterval(collectGarbage, 10);
  onTestFinished(() => clearInterval(collecting));
  const result = await pushEvent(server.url, 'an.event.token', never, 300);
  expect(result).toEqual({ outcome: 'UNAVAILABLE', reason: 'No answer within 300 ms.' });
});
