import type { z } from 'zod';
import { describeEnvironment, readEnvironment } from './environment.ts';
import { StartFault } from './start-fault.ts';

/** Something that was started and can be stopped. */
export interface Running {
  stop(): Promise<void>;
}

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
  try {
    const running = await start(readEnvironment(spec, process.env));
    stopOnSignal(running);
  } catch (error) {
    process.stderr.write(`${error instanceof StartFault ? error.message : (error as Error).stack}\n`);
    process.exit(1);
  }
}

function stopOnSignal(running: Running): void {
  let stopping = false;
  const stop = async () => {
    // Ctrl-C under npm arrives twice, from the terminal and from npm: the second changes nothing.
    if (stopping) return;
    stopping = true;
    try {
      await running.stop();
      process.exit(0);
    } catch (error) {
      process.stderr.write(`${(error as Error).stack}\n`);
      process.exit(1);
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
