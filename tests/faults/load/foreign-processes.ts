import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { hasPython } from '../../support/systems/python.ts';
import { runCommand } from '../../support/systems/spawned.ts';
import type { Random } from './random.ts';

const program = fileURLToPath(new URL('foreign.py', import.meta.url));
const size = 2;
const lifeMs = { shortest: 500, longest: 6_000 };
const pollMs = 100;

/** Actions of other programs at the databases. */
export interface ForeignActions {
  /** Number of actions by name. */
  done: Record<string, number>;
  /** Actions that failed for another reason than a lock. */
  failed: string[];
  /** Number of processes that were killed. */
  killed: number;
}

/**
 * Runs processes of another program that open, read, check, lock, back up, copy and compact the databases. They are killed
 * at random moments and started again until `isFinished`. There are none where Python is missing.
 */
export async function runForeignProcesses(settings: {
  files: readonly string[];
  isFinished: () => boolean;
  random: Random;
}): Promise<ForeignActions> {
  const { files, isFinished, random } = settings;
  const actions: ForeignActions = { done: {}, failed: [], killed: 0 };
  if (!hasPython) {
    console.log('No foreign process opens the databases: python3 with sqlite3 is missing.');
    return actions;
  }

  const record = (line: string) => {
    const [name = '', outcome = ''] = line.split(/ (.*)/);
    if (outcome === 'done') actions.done[name] = (actions.done[name] ?? 0) + 1;
    else if (outcome !== 'locked') actions.failed.push(line);
  };

  const runOne = async () => {
    const seed = Math.floor(random() * 1_000_000);
    const child = runCommand(['python3', program, String(seed), ...files], {});
    onTestFinished(child.end);
    const killAt = Date.now() + lifeMs.shortest + random() * (lifeMs.longest - lifeMs.shortest);
    while (!isFinished() && Date.now() < killAt) await setTimeout(pollMs);
    await child.end();
    actions.killed += 1;
    // The last line may be incomplete.
    for (const line of child.stdout().split('\n').slice(0, -1)) record(line);
    if (child.stderr() !== '') actions.failed.push(child.stderr());
  };
  const runInTurn = async () => {
    while (!isFinished()) await runOne();
  };
  await Promise.all(Array.from({ length: size }, runInTurn));
  return actions;
}
