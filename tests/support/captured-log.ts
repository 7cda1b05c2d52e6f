import { pino } from 'pino';
import { type Logger, type LogLevel, serializers } from '../../platform/process/logger.ts';

/** One line of a log. */
export interface LogLine {
  msg: string;
  requestId?: string;
  err?: { message: string; stack: string };
  [key: string]: unknown;
}

/** Creates a logger that collects its lines. */
export function captureLog(level: LogLevel = 'info'): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as LogLine);
  return { log: pino({ level, serializers }, { write }), lines };
}
