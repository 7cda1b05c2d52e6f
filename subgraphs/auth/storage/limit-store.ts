/** How often something was counted, and when that is forgotten. */
export interface Count {
  points: number;
  /** Milliseconds since 1970. */
  endsAt: number;
}

/**
 * Keeps counters, each until its time is over. They are shared by all processes on one database, and survive a restart or
 * the end of a process; a power cut may lose the last of them. Every engine passes limit-store.contract.ts; what can pass
 * by itself is SERVICE_UNAVAILABLE.
 */
export interface LimitStore {
  /** What stands. */
  read(key: string): Promise<Count | undefined>;
  /** One more than stands, for as long as the first of them: no two are told the same. */
  add(key: string, durationMs: number): Promise<Count>;
  /** One less, where any stands. */
  takeBack(key: string): Promise<void>;
  /** Puts this in place of what stands. */
  set(key: string, points: number, durationMs: number): Promise<void>;
  clear(key: string): Promise<void>;
  close(): void;
}
