import { visible } from './visible.ts';

/** Where progress is shown: a terminal, or anything that takes lines. */
export interface Screen {
  isTTY?: boolean;
  /** Characters in a line. */
  columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** That one more of the total is done, and what came of it. */
  step(name: string, outcome: string): void;
  /** Leaves what is shown as it is. */
  end(): void;
}

const barWidth = 24;

/** A bar that fills in one line of a terminal; a line for each step elsewhere. */
export function createProgress(screen: Screen, total: number): Progress {
  let done = 0;
  const clear = '\r\u001b[K';
  const draw = (text: string) =>
    screen.write(`${clear}${cut(`${barOf(done, total)} ${done}/${total} ${text}`, screen)}`);
  if (screen.isTTY) draw('');
  return {
    step(name, outcome) {
      done += 1;
      if (screen.isTTY) draw(visible(name));
      else screen.write(`${done}/${total} ${visible(name)}: ${outcome}\n`);
    },
    end() {
      if (screen.isTTY) screen.write('\n');
    },
  };
}

function barOf(done: number, total: number): string {
  const filled = Math.floor((done / total) * barWidth);
  return `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]`;
}

/** A line that wraps could not be drawn over. */
const cut = (line: string, { columns = 80 }: Screen) => [...line].slice(0, columns - 1).join('');
