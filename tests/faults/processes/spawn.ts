import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { runCommand } from '../../support/systems/spawned.ts';
import type { AuthProcess } from './auth-process.ts';
import type { ImageServiceProcess } from './image-service-process.ts';
import type { ResourcesProcess } from './resources-process.ts';

/** A process that a test kills. It ends with the test at the latest. */
export interface Killable {
  /** Rejects if the process dies before it serves. */
  url: Promise<string>;
  /** Lines that it has printed. */
  lines(): string[];
  /** Resolves to its exit code, or to null if a signal killed it. */
  exitCode: Promise<number | null>;
  kill(): Promise<void>;
}

export const startResourcesProcess = (settings: ResourcesProcess) => start('resources-process', settings);
export const startAuthProcess = (settings: AuthProcess) => start('auth-process', settings);
export const startImageServiceProcess = (settings: ImageServiceProcess) => start('image-service-process', settings);

function start(name: string, settings: object): Killable {
  const command = [process.execPath, join(inject('bundles'), 'run.cjs'), name, JSON.stringify(settings)];
  const child = runCommand(command, {});
  onTestFinished(() => child.end());
  const url = child.find(/^url (.+)$/m).then(([, found = '']) => found);
  // A test that kills the process before it serves does not await the URL.
  url.catch(() => {});
  return {
    url,
    lines: () => child.stdout().trim().split('\n'),
    exitCode: child.exitCode,
    kill: () => child.end(),
  };
}
