import { setTimeout } from 'node:timers/promises';
import type { z } from 'zod';
import { describeEnvironment, readEnvironment } from './environment.ts';
import { describeError } from './error-description.ts';
import { createShutdown, RequestsCutOffError, type Shutdown, type shutdownVariables } from './shutdown.ts';
import { StartupError } from './startup-error.ts';

/** A started server, job or process. */
export interface Running {
  /** Stops it after the requests in flight. Rejects with RequestsCutOffError if some exceeded the grace period. */
  stop(): Promise<void>;
}

type ProcessEnvironment = z.ZodObject<typeof shutdownVariables>;

/** Limit on closing databases, connections and jobs after the grace period. */
const closeTimeoutMs = 5_000;

/**
 * Runs a process: reads the environment, starts, and stops on SIGINT or SIGTERM. A stop begins the shutdown, waits for
 * SHUTDOWN_DELAY_MS, and then stops what was started, after the requests in flight.
 *
 * Exit codes: 0 after a clean stop; 1 if it could not start (printed in one line), if requests were cut off, or after an
 * unhandled error; 2 for an unknown argument. An unhandled rejection drains first; an uncaught exception leaves no state
 * to trust and exits at once.
 */
export async function runProcess<Spec extends ProcessEnvironment>({
  about,
  spec,
  start,
}: {
  about: string;
  spec: Spec;
  start: (settings: z.output<Spec>, shutdown: Shutdown) => Promise<Running>;
}): Promise<void> {
  const usage = `${about}\n\nEnvironment:\n${describeEnvironment(spec)}\n`;
  if (wantsHelp(usage, 'Settings are environment variables:')) return;
  // Otherwise Apollo's gateway reports usage to its vendor and looks up where it is hosted.
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  process.on('uncaughtException', (error) => exitWith(error));
  try {
    const settings = readEnvironment(spec, process.env);
    const shutdown = createShutdown(settings.SHUTDOWN_GRACE_MS, settings.SHUTDOWN_DELAY_MS);
    // Deferred, so that a signal that arrives during the start finds its handler.
    const starting = Promise.resolve().then(() => start(settings, shutdown));
    stopOnSignal(starting, shutdown);
    await starting;
  } catch (error) {
    exitWith(error);
  }
}

/**
 * Handles the command line of a program that takes no argument but `--help`. True if that was printed, so that there is
 * nothing else to do. An unknown argument ends the process with 2, before it does anything.
 */
export function wantsHelp(usage: string, hint = 'It takes none but --help:'): boolean {
  const [argument, ...others] = process.argv.slice(2);
  if (argument === undefined) return false;
  if (argument === '--help' && others.length === 0) {
    process.stdout.write(usage);
    return true;
  }
  process.stderr.write(`Unknown argument: ${[argument, ...others].join(' ')}. ${hint}\n\n${usage}`);
  process.exit(2);
}

/** Handles `stopAfter` while `runProcess` runs. */
let stopRunning: ((error: Error) => void) | undefined;

/**
 * Stops the process, as a signal does, after an error that it cannot go on with; it exits with 1. Without `runProcess`,
 * the error is an uncaught exception.
 */
export function stopAfter(error: Error): void {
  if (stopRunning) stopRunning(error);
  else
    setImmediate(() => {
      throw error;
    });
}

/** Stops once, on a signal or after an error; also while the process is still starting. */
function stopOnSignal(starting: Promise<Running>, shutdown: Shutdown): void {
  const { delayMs, graceMs } = shutdown;
  const timeoutMs = delayMs + graceMs + closeTimeoutMs;
  let isStopping = false;
  let exitCode = 0;

  const stop = async () => {
    // Ctrl-C under npm sends SIGINT twice, from the terminal and from npm.
    if (isStopping) return;
    isStopping = true;
    shutdown.begin();
    const stopped = Promise.all([starting, setTimeout(delayMs)]).then(([running]) => running.stop());
    const timedOut = setTimeout(timeoutMs).then(() => {
      throw new Error(`The process could not stop within ${timeoutMs} ms.`);
    });
    try {
      await Promise.race([stopped, timedOut]);
      process.exit(exitCode);
    } catch (error) {
      exitWith(error);
    }
  };

  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const fail = (line: string) => {
    exitCode = 1;
    void stop();
    process.stderr.write(`${line}\n`);
  };
  stopRunning = (error) => fail(`Stopping: ${describeError(error)}`);
  process.on('unhandledRejection', (reason) => fail(`Unhandled rejection, stopping: ${describeError(reason)}`));
}

/** Prints why the process ends: operators' errors in one line, bugs with stack and causes. */
function exitWith(error: unknown): never {
  const isExpected = error instanceof StartupError || error instanceof RequestsCutOffError;
  process.stderr.write(`${isExpected ? error.message : describeError(error)}\n`);
  process.exit(1);
}
