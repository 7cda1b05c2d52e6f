import { writeSync } from 'node:fs';
import type { Reach, Step } from './steps.ts';

/** How a process of these tests comes to its end. */
export interface Doomed {
  /** Kills itself there, for the nth time that it comes there. */
  killAt?: { step: Step; nth: number } | undefined;
  /** Writes every step as a line. */
  isTellingSteps?: boolean | undefined;
}

/** Writes a line that is out whatever happens next. */
export const tell = (line: string): void => void writeSync(1, `${line}\n`);

/** What such a process does at each step. */
export function createReach({ killAt, isTellingSteps }: Doomed): Reach {
  let times = 0;
  return (step) => {
    if (isTellingSteps) tell(step);
    if (step !== killAt?.step) return;
    times += 1;
    if (times < killAt.nth) return;
    tell(`killed ${step}`);
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way: nothing more may be done until it is there.
    for (;;);
  };
}
