import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { describeEnvironment, type ImageServiceEnvironment, readEnvironment } from './environment.ts';
import { type RunningImageService, startImageService } from './server.ts';

/** Limit on closing after the grace period. */
const CLOSE_TIMEOUT_MS = 5_000;

const [argument, ...otherArguments] = process.argv.slice(2);
if (argument === undefined) await run();
else if (argument === '--help' && otherArguments.length === 0) process.stdout.write(`${describeEnvironment()}\n`);
else failToStart([`Unknown argument: ${[argument, ...otherArguments].join(' ')}`, describeEnvironment()], 2);

async function run(): Promise<void> {
  const environment = readEnvironment(process.env);
  if ('errors' in environment) return failToStart(environment.errors);
  const { settings } = environment;
  const log = pino({
    level: settings.LOG_LEVEL,
    base: { service: 'image-service' },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
  // Deferred, so that a signal that arrives during the start finds its handler.
  const stopping = new AbortController();
  const starting = Promise.resolve().then(() => start(settings, stopping.signal, log));
  stopOnSignal(starting, {
    stopping,
    delayMs: settings.SHUTDOWN_DELAY_MS,
    graceMs: settings.SHUTDOWN_GRACE_MS,
    log,
  });
  try {
    const service = await starting;
    log.info({ event: 'listening', url: service.url });
  } catch (error) {
    failToStart([explainStartError(error, settings)]);
  }
}

function start(settings: ImageServiceEnvironment, stopping: AbortSignal, log: Logger): Promise<RunningImageService> {
  return startImageService({
    host: settings.HOST,
    port: settings.IMAGE_SERVICE_PORT,
    publicUrl: settings.IMAGE_SERVICE_PUBLIC_URL,
    token: settings.IMAGE_SERVICE_TOKEN_FILE,
    folder: settings.IMAGE_SERVICE_FOLDER,
    checkBytes: settings.IMAGE_SERVICE_CHECK_BYTES === 'on',
    stopping,
    log,
  });
}

interface StopSettings {
  /** Aborted when the stop begins. */
  stopping: AbortController;
  /** Time for which requests are still served, while the service is not ready. */
  delayMs: number;
  graceMs: number;
  log: Logger;
}

/**
 * Stops once, on a signal or an unhandled rejection, after the start, the delay and the requests in flight. The exit code
 * is 1 after an unhandled error, if requests were cut off, or if closing takes too long. An uncaught exception ends the
 * process at once.
 */
function stopOnSignal(starting: Promise<RunningImageService>, { stopping, delayMs, graceMs, log }: StopSettings): void {
  const timeoutMs = delayMs + graceMs + CLOSE_TIMEOUT_MS;
  let isStopping = false;
  let exitCode = 0;

  const stop = async (reason: string) => {
    // Ctrl-C under npm sends SIGINT twice, from the terminal and from npm.
    if (isStopping) return;
    isStopping = true;
    stopping.abort();
    log.info({ event: 'stopping', reason });
    setTimeout(() => {
      log.fatal({ event: 'not stopped in time', timeoutMs });
      process.exit(1);
    }, timeoutMs);
    const delay = sleep(delayMs);
    const service = await starting.catch(() => undefined);
    // The start reports why it failed.
    if (!service) return process.exit(1);
    await delay;
    await service.stop(graceMs);
    const requestsCutOff = service.requestsCutOff();
    if (requestsCutOff > 0) log.error({ event: 'requests cut off', requestsCutOff, graceMs });
    log.info({ event: 'stopped' });
    process.exit(requestsCutOff > 0 ? 1 : exitCode);
  };

  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('unhandledRejection', (err) => {
    log.fatal({ event: 'unhandled rejection', err });
    exitCode = 1;
    void stop('unhandled rejection');
  });
  process.on('uncaughtException', (err) => {
    log.fatal({ event: 'uncaught exception', err });
    process.exit(1);
  });
}

function failToStart(errors: string[], exitCode = 1): void {
  process.stderr.write(`${errors.join('\n')}\n`);
  process.exitCode = exitCode;
}

function explainStartError(
  error: unknown,
  { HOST, IMAGE_SERVICE_PORT, IMAGE_SERVICE_FOLDER }: ImageServiceEnvironment,
): string {
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `IMAGE_SERVICE_PORT ${IMAGE_SERVICE_PORT} is taken on ${HOST}; stop the process that listens there, or set another port`;
  }
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    return `HOST ${HOST}, port ${IMAGE_SERVICE_PORT}: cannot listen there (${code}); set HOST to an address of this machine and IMAGE_SERVICE_PORT to a port this user may use`;
  }
  if (path !== undefined) {
    return `IMAGE_SERVICE_FOLDER ${IMAGE_SERVICE_FOLDER} cannot be written (${code}); make it writable for this user, or set another folder`;
  }
  // A bug: print the stack.
  throw error;
}
