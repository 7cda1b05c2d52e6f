/**
 * A process that only compares passwords, with the concurrency of auth. It sends `ready`, and for each duration in
 * milliseconds that it receives, the number of comparisons per second.
 */

import { randomBytes } from 'node:crypto';
import bcrypt from 'bcrypt';
import { accountVariables } from '../../subgraphs/auth/environment.ts';

const { BCRYPT_COST, BCRYPT_CONCURRENCY } = accountVariables.shape;
const concurrency = BCRYPT_CONCURRENCY.parse(undefined);
const password = randomBytes(12).toString('hex');
const hash = await bcrypt.hash(password, BCRYPT_COST.parse(undefined));

process.on('message', async (message) => {
  const durationMs = Number(message);
  if (durationMs > 0) process.send?.(await compareFor(durationMs));
});
// Only now, because earlier messages would be lost.
process.send?.('ready');

async function compareFor(durationMs: number): Promise<number> {
  const startedAt = performance.now();
  let compared = 0;
  const compareRepeatedly = async () => {
    while (performance.now() - startedAt < durationMs) {
      await bcrypt.compare(password, hash);
      compared += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, compareRepeatedly));
  return (compared * 1000) / (performance.now() - startedAt);
}
