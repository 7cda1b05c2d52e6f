import type { Connection } from '../connection.ts';
import { createGroupCommit } from './group-commit.ts';
import { type Jobs, runJob, type Writer } from './writer.ts';

/** Creates a writer that runs each job in a transaction of its own, in this thread. */
export function createInlineWriter<All extends Jobs>(connection: Connection, jobs: All): Writer<All> {
  const { db, write, checkHealth, close } = connection;
  const commitTogether = createGroupCommit(db.$client);
  return {
    async run(name, ...args) {
      const [outcome] = await write(() => commitTogether([() => runJob(jobs, name, args)]));
      if (!outcome) throw new Error(`The job ${name} was committed without an outcome.`);
      if ('error' in outcome) throw outcome.error;
      return outcome.result as never;
    },
    checkHealth,
    close: async () => close(),
  };
}

/** Creates a writer of jobs that may await between their statements, so that they have no common transaction. */
export function createSingleWriter<All extends Jobs>(connection: Connection, jobs: All): Writer<All> {
  const { write, checkHealth, close } = connection;
  return {
    run: (name, ...args) => write(() => runJob(jobs, name, args) as never),
    checkHealth,
    close: async () => close(),
  };
}
