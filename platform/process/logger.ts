import { type Logger, pino } from 'pino';

export type { Logger };

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Creates a log of JSON lines on standard output. Callers must not log tokens, passwords or image data. */
export function createLogger({ service, level }: { service: string; level: LogLevel }): Logger {
  return pino({ level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime });
}
