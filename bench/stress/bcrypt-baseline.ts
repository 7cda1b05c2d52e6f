/**
 * A process that does nothing but compare passwords, as many at once as auth does: it says that it is ready, and each
 * time that it is told for how long, how many a second.
 */

import { randomBytes } from 'node:crypto';
import bcrypt from 'bcrypt';
import { accountVariables } from '../../subgraphs/auth/environment.ts';

const { BCRYPT_COST, BCRYPT_CONCURRENCY } = accountVariables.shape;
const concurrency = BCRYPT_CONCURRENCY.parse(undefined);
const password = randomBytes(12).toString('hex');
const hash = await bcrypt.hash(password, BCRYPT_COST.parse(undefined));

process.on('message', async (message) => {
  const milliseconds = Number(message);
  if (milliseconds > 0) process.send?.(await compareFor(milliseconds));
});
// What was said before would have been lost.
process.send?.('ready');

async function compareFor(milliseconds: number): Promise<number> {
  const startedAt = performance.now();
  let compared = 0;
  const compareOn = async () => {
    while (performance.now() - startedAt < milliseconds) {
      await bcrypt.compare(password, hash);
      compared += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, compareOn));
  return (compared * 1000) / (performance.now() - startedAt);
}
