import type { DatabaseHealth } from '../connection.ts';

/**
 * Storage methods that write, by name. Each runs inside a transaction that takes the write lock at its start, so that what
 * it reads cannot change before it writes, and reads clocks itself. Arguments and results are plain data.
 */
export type Jobs = Record<string, (...args: never[]) => unknown>;

/** Runs a job in this thread. Throws if there is none of that name, whose write would otherwise seem to be stored. */
export function runJob(jobs: Jobs, name: string, args: readonly unknown[]): unknown {
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (!job) throw new Error(`The writer has no job ${name}.`);
  return job(...(args as never[]));
}

/** Runs jobs, here or in a thread of their own. */
export interface Writer<All extends Jobs> {
  /**
   * Resolves when the job is committed. Rejects with DatabaseUnavailableError if the database cannot store it now; nothing
   * is stored then, unless the thread ended meanwhile, which leaves the outcome unknown.
   */
  run<Name extends keyof All & string>(
    name: Name,
    ...args: Parameters<All[Name]>
  ): Promise<Awaited<ReturnType<All[Name]>>>;
  checkHealth(): Promise<DatabaseHealth>;
  /** Accepts no more jobs, finishes those that it has, and closes the database. */
  close(): Promise<void>;
}

/** Where jobs run: in this thread, in a transaction each, or in a writer thread, which commits them in groups. */
export type WriterKind = 'inline' | 'thread';

type Methods<All extends Jobs, Names extends keyof All> = {
  [Name in Names]: (...args: Parameters<All[Name]>) => Promise<Awaited<ReturnType<All[Name]>>>;
};

/** Creates the methods of a store that are jobs of the same names. */
export function jobMethods<All extends Jobs, Names extends keyof All & string>(
  writer: Writer<All>,
  ...names: Names[]
): Methods<All, Names> {
  const methods = names.map((name) => [name, (...args: Parameters<All[Names]>) => writer.run(name, ...args)]);
  return Object.fromEntries(methods) as Methods<All, Names>;
}
