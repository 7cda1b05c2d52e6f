import type { ResourcesSettings } from './server.ts';

const reconcileEveryMs = 2_000;

/** How long things take at most, of what an operator says: one attempt at the image service, and how late it may land. */
export function timingOf({
  timeoutMs,
  settleSeconds,
}: {
  timeoutMs: number;
  settleSeconds: number;
}): ResourcesSettings['timing'] {
  // Of a create's two calls each may take as long as one may.
  return { requestMs: 2 * timeoutMs, settleMs: settleSeconds * 1_000, reconcileEveryMs };
}
