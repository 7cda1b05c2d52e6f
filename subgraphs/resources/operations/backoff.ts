const firstMs = 1_000;
const longestMs = 30_000;

/** When to try for the next time after so many attempts (from 1): twice as late each time, and not in step with others. */
export function nextAttemptAt(attempts: number): Date {
  const delayMs = Math.min(longestMs, firstMs * 2 ** (attempts - 1));
  return new Date(Date.now() + delayMs * (0.5 + Math.random() / 2));
}
