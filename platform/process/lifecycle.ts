import { setTimeout } from 'node:timers/promises';
import type { z } from 'zod';
import { describeEnvironment, readEnvironment } from './environment.ts';
import { StartupError } from './startup-error.ts';

/** Something that was started and can be stopped. */
export interface Running {
  stop(): Promise<void>;
}

/** Whoever is still served then is cut off: ten seconds is what a container is given before it is killed. */
const stopWithinMs = 9_000;

/**
 * The life of a process: reads the environment, starts, and stops on SIGINT or SIGTERM with exit code 0 after what is
 * in flight. What keeps it from starting is printed in a line or so, exit code 1; `--help` describes the environment.
 */
export async function runProcess<Spec extends z.ZodObject>({
  about,
  spec,
  start,
}: {
  about: string;
  spec: Spec;
  start: (settings: z.output<Spec>) => Promise<Running>;
}): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${about}\n\nEnvironment:\n${describeEnvironment(spec)}\n`);
    return;
  }
  // Apollo's gateway would otherwise report to its maker, and ask the network where it runs.
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  // One request's bug is not every other's end.
  process.on('unhandledRejection', (reason) => process.stderr.write(`${stackOf(reason)}\n`));
  try {
    const starting = Promise.resolve(readEnvironment(spec, process.env)).then(start);
    stopOnSignal(starting);
    await starting;
  } catch (error) {
    process.stderr.write(`${error instanceof StartupError ? error.message : stackOf(error)}\n`);
    process.exit(1);
  }
}

/** From before it starts: whoever is told anything by what starts may stop it in the same instant. */
function stopOnSignal(starting: Promise<Running>): void {
  let isStopping = false;
  const stop = async () => {
    // Ctrl-C under npm arrives twice, from the terminal and from npm: the second changes nothing.
    if (isStopping) return;
    isStopping = true;
    const stopped = starting.then((running) => running.stop());
    try {
      await Promise.race([stopped, setTimeout(stopWithinMs)]);
      process.exit(0);
    } catch (error) {
      process.stderr.write(`${stackOf(error)}\n`);
      process.exit(1);
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? String(error.stack) : String(error);
}
