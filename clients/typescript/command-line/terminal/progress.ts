import { basename } from 'node:path';
import type { Terminal } from './terminal.ts';
import { formatBytes } from './text.ts';

/** One of the items that are done. */
interface Step {
  name: string;
  sizeBytes: number;
  /** The result in words. */
  outcome: string;
}

export interface Progress {
  /** Reports that an item has begun. */
  start(name: string): void;
  /** Reports that one more item is done. */
  step(step: Step): void;
  /** Removes the bar. */
  end(): void;
}

const barWidth = 24;

export interface ProgressSettings {
  total: number;
  totalBytes?: number;
  /** Returns milliseconds. */
  now: () => number;
}

/** A progress bar in the last line of a terminal; elsewhere one line for each item that is done. */
export function createProgress(terminal: Terminal, { total, totalBytes, now }: ProgressSettings): Progress {
  const startedAt = now();
  let done = 0;
  let doneBytes = 0;
  const draw = (name: string) => {
    const seconds = (now() - startedAt) / 1_000;
    const rate = seconds > 0 && doneBytes > 0 ? [`${formatBytes(doneBytes / seconds)}/s`] : [];
    const bytes = formatBytes(doneBytes) + (totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`);
    terminal.drawStatus([`${barOf(done, total)} ${done}/${total}`, bytes, ...rate, basename(name)].join(' · '));
  };
  return {
    start: draw,
    step({ name, sizeBytes, outcome }) {
      done += 1;
      doneBytes += sizeBytes;
      if (terminal.isAnimated) draw(name);
      else terminal.say(`${done}/${total} ${name}: ${outcome}`);
    },
    end: () => terminal.drawStatus(''),
  };
}

function barOf(done: number, total: number): string {
  const filled = total === 0 ? 0 : Math.floor((done / total) * barWidth);
  return `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]`;
}
