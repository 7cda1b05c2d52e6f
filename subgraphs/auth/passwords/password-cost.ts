/** The cost that a bcrypt hash was made with, log₂ of its rounds; undefined for what is none. */
export function costOf(hash: string): number | undefined {
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash) ?? [];
  return cost === undefined ? undefined : Number(cost);
}

/**
 * What to burn after a hash of the cost `kept` did not match, so that the miss takes as long as one of today's cost:
 * 2^kept + 2^kept + 2^(kept+1) + … + 2^(today-1) = 2^today. Otherwise the time would tell which names have an account
 * from before the cost was raised.
 */
export function costsBurntAfterMiss({ kept, today }: { kept: number; today: number }): number[] {
  return Array.from({ length: Math.max(0, today - kept) }, (_, index) => kept + index);
}
