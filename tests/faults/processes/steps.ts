import { writeSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import type { Outbox } from '../../../subgraphs/auth/storage/outbox.ts';
import type { SessionStore } from '../../../subgraphs/auth/storage/session-store.ts';
import type { UserStore } from '../../../subgraphs/auth/storage/user-store.ts';
import type { ImageClient } from '../../../subgraphs/resources/image-service/client.ts';
import type { OperationStore } from '../../../subgraphs/resources/storage/operation-store.ts';
import type { ResourceStore } from '../../../subgraphs/resources/storage/resource-store.ts';
import type { RevocationStore } from '../../../subgraphs/resources/storage/revocation-store.ts';

/** Objects of asynchronous methods whose calls are the steps of a process. */
interface Targets {
  store: ResourceStore;
  operations: OperationStore;
  imageClient: ImageClient;
  revocations: RevocationStore;
  users: UserStore;
  sessions: SessionStore;
  outbox: Outbox;
}
type Target = keyof Targets;
export type Call = { [Name in Target]: `${Name}.${keyof Targets[Name] & string}` }[Target];
export type Step = `${'before' | 'after'} ${Call}`;
export type OnStep = (step: Step) => Promise<void> | void;

/** Wraps every method but `close`, so that `onStep` runs before each call and after it, also if the call throws. */
export function withSteps<Methods extends object>(name: Target, methods: Methods, onStep: OnStep): Methods {
  const wrapped = Object.entries(methods).map(([method, run]: [string, (...args: unknown[]) => unknown]) => {
    const runInSteps = async (...args: unknown[]) => {
      await onStep(`before ${name}.${method}` as Step);
      try {
        return await run.apply(methods, args);
      } finally {
        await onStep(`after ${name}.${method}` as Step);
      }
    };
    return [method, method === 'close' ? run : runInSteps];
  });
  return Object.fromEntries(wrapped) as Methods;
}

/** How a killable process behaves at its steps. */
export interface KillSettings {
  /** Kills itself when it reaches the step for the nth time. */
  killAt?: { step: Step; nth: number } | undefined;
  /** Prints every step as a line. */
  printsSteps?: boolean | undefined;
  /** Ends only its writer thread at that step, and then itself as `runProcess` does. */
  endsThread?: boolean | undefined;
}

/** Stops the server and exits with 1 when a writer thread has ended. */
export function exitWithThread(stop: () => Promise<void>): void {
  process.once('uncaughtException', () => void stop().finally(() => process.exit(1)));
}

/** Writes synchronously, so that the line is out even if the process dies next. */
export const printLine = (line: string): void => void writeSync(1, `${line}\n`);

export function createKiller({ killAt, printsSteps, endsThread = false }: KillSettings): OnStep {
  let times = 0;
  const threads: Worker[] = [];
  if (endsThread) process.on('worker', (thread) => threads.push(thread));
  return async (step) => {
    if (printsSteps) printLine(step);
    if (step !== killAt?.step) return;
    times += 1;
    if (times < killAt.nth) return;
    printLine(`killed ${step}`);
    if (endsThread) return void (await Promise.all(threads.map((thread) => thread.terminate())));
    process.kill(process.pid, 'SIGKILL');
    // Blocks the event loop until the signal arrives, so that nothing more is done.
    for (;;);
  };
}
