import './heap-growth.ts';

import { type Logger, pino } from 'pino';
import { describeEnvironment, type ImageServiceEnvironment, readEnvironment } from './environment.ts';
import { type RunningImageService, startImageService } from './server.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`${describeEnvironment()}\n`);
} else {
  await run();
}

async function run(): Promise<void> {
  const environment = readEnvironment(process.env);
  if ('faults' in environment) return refuseToStart(environment.faults);
  const log = pino({
    level: environment.settings.LOG_LEVEL,
    base: { service: 'image-service' },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
  try {
    const service = await start(environment.settings, log);
    log.info({ event: 'listening', url: service.url });
    stopOnSignal(service, log);
  } catch (error) {
    refuseToStart([startFault(error, environment.settings)]);
  }
}

function start(settings: ImageServiceEnvironment, log: Logger): Promise<RunningImageService> {
  return startImageService({
    host: settings.HOST,
    port: settings.IMAGE_SERVICE_PORT,
    publicUrl: settings.IMAGE_SERVICE_PUBLIC_URL,
    token: settings.IMAGE_SERVICE_TOKEN_FILE,
    folder: settings.IMAGE_SERVICE_FOLDER,
    log,
  });
}

function stopOnSignal(service: RunningImageService, log: Logger): void {
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    // Ctrl-C under npm arrives twice, from the terminal and from npm: the second changes nothing.
    if (isStopping) return;
    isStopping = true;
    log.info({ event: 'stopping', signal });
    await service.stop();
    log.info({ event: 'stopped' });
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function refuseToStart(faults: string[]): void {
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exitCode = 1;
}

function startFault(
  error: unknown,
  { HOST, IMAGE_SERVICE_PORT, IMAGE_SERVICE_FOLDER }: ImageServiceEnvironment,
): string {
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `IMAGE_SERVICE_PORT ${IMAGE_SERVICE_PORT} is taken on ${HOST}; stop what listens there, or set another port`;
  }
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    return `HOST ${HOST}, port ${IMAGE_SERVICE_PORT}: cannot listen there (${code}); set HOST or IMAGE_SERVICE_PORT to what this machine and user may use`;
  }
  if (path !== undefined) {
    return `IMAGE_SERVICE_FOLDER ${IMAGE_SERVICE_FOLDER} cannot be written (${code}); let this user write it, or name another folder`;
  }
  // A bug: whoever mends it needs all of it.
  throw error;
}
