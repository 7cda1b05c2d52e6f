/** Shows the progress: a terminal, or anything that takes lines. */
export interface Screen {
  isTTY?: boolean;
  /** Width in characters. */
  columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** Reports that one more item is done, with its outcome. */
  step(name: string, outcome: string): void;
  /** Moves the cursor below the bar. */
  end(): void;
}

const barWidth = 24;

/** A progress bar in one line of a terminal; elsewhere one line for each step. */
export function createProgress(screen: Screen, total: number): Progress {
  let done = 0;
  const clear = '\r\u001b[K';
  const draw = (text: string) =>
    screen.write(`${clear}${truncate(`${barOf(done, total)} ${done}/${total} ${text}`, screen)}`);
  if (screen.isTTY) draw('');
  return {
    step(name, outcome) {
      done += 1;
      if (screen.isTTY) draw(escapeControls(name));
      else screen.write(`${done}/${total} ${escapeControls(name)}: ${outcome}\n`);
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

/** Truncates a line to the terminal's width: a wrapped line could not be redrawn. */
const truncate = (line: string, { columns = 80 }: Screen) => [...line].slice(0, columns - 1).join('');

/** Escapes, as JSON does, every character that could move the cursor, break the line or reverse its direction. */
export const escapeControls = (text: string): string =>
  text.replace(
    /[\p{Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
