import { type Logger, pino } from 'pino';

export type { Logger };

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Serializes an error as pino does, with its causes, whose messages pino would join as "one.: two.: three". */
export const serializers = {
  err: (error: Error) => {
    const serialized = pino.stdSerializers.err(error);
    if (error instanceof Error) serialized.message = serialized.message.replaceAll('.: ', ': ');
    return serialized;
  },
};

/** Creates a log of JSON lines on standard output. Callers must not log tokens, passwords or image data. */
export function createLogger({ service, level }: { service: string; level: LogLevel }): Logger {
  return pino({ level, base: { service }, serializers, timestamp: pino.stdTimeFunctions.isoTime });
}
