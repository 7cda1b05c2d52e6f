import type { Logger } from './logger.ts';
import { errorCode } from './startup-error.ts';

/** Writes one line of a kind. */
type WriteLine = (kind: string, fields: object, message: string) => void;

/**
 * A log of lines that callers can cause as often as they like: of each kind it writes so many a minute or an hour, and
 * afterwards one more with the number of lines left out.
 */
export type LimitedLog = Record<'info' | 'warn' | 'error', WriteLine>;

const maxLines = 20;
const periodsMs = { minute: 60_000, hour: 3_600_000 };
/** Bounds lines and memory even if a caller can choose the kind: further kinds of a message share one limit. */
const maxKinds = 100;
const maxKindLength = 300;

export function createLimitedLog(log: Logger, period: keyof typeof periodsMs = 'minute'): LimitedLog {
  /** Lines of each kind since the first of its period. */
  const counts = new Map<string, number>();

  const countLine = (id: string, onPeriodEnd: (leftOut: number) => void): number => {
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    const endPeriod = () => {
      onPeriodEnd(Math.max(0, (counts.get(id) ?? 0) - maxLines));
      counts.delete(id);
    };
    if (count === 1) setTimeout(endPeriod, periodsMs[period]).unref();
    return count;
  };

  const writerOf =
    (level: keyof LimitedLog): WriteLine =>
    (given, fields, message) => {
      if (!log.isLevelEnabled(level)) return;
      const idOf = (kind: string) => `${level} ${message} ${kind}`;
      const cut = given.slice(0, maxKindLength);
      const kind = counts.has(idOf(cut)) || counts.size < maxKinds ? cut : 'others';
      const count = countLine(idOf(kind), (leftOut) => {
        if (leftOut > 0) log[level]({ of: message, kind, leftOut }, `lines of the last ${period} left out`);
      });
      if (count <= maxLines) log[level](fields, message);
    };

  return { info: writerOf('info'), warn: writerOf('warn'), error: writerOf('error') };
}

/** The kind of an error: its name, its code and the place where it was thrown, and nothing of its message. */
export function kindOfError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { name, message, stack = '' } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  const place = frames.find((line) => line.startsWith('    at '))?.trim();
  return [name, errorCode(error), place].filter(Boolean).join(' ');
}
