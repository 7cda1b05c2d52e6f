import { expect, onTestFinished, test } from 'vitest';
import { collectGarbage } from '../../../tests/support/collect-garbage.ts';
import { listen } from '../../../tests/support/http/servers.ts';
import { pushEvent } from './event-push.ts';

const never = new AbortController().signal;

test.each([
  ['does not answer', () => {}],
  ['begins to answer, and hangs', (_: unknown, res: { write(text: string): unknown }) => void res.write('{')],
])('of a subscriber who %s nothing is waited for beyond its time, whenever garbage is collected', async (_, answer) => {
  const server = await listen(answer);
  onTestFinished(server.stop);
  const collecting = setInterval(collectGarbage, 10);
  onTestFinished(() => clearInterval(collecting));
  const pushed = await pushEvent(server.url, 'an.event.token', never, 300);
  expect(pushed).toEqual({ outcome: 'AWAY', reason: 'No answer within 300 ms.' });
});
