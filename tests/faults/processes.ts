import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { runCommand } from '../support/spawned.ts';
import type { AuthProcess } from './auth-process.ts';
import type { ImageServiceProcess } from './image-service-process.ts';
import type { ResourcesProcess } from './resources-process.ts';

/** A process that the tests of faults kill; it is gone with the test. */
export interface Killable {
  /** Of what it serves; fails where it dies before. */
  url: Promise<string>;
  /** What it has written, a line each. */
  lines(): string[];
  /** Resolves when it is gone: to null where a signal killed it. */
  gone: Promise<number | null>;
  kill(): Promise<void>;
}

export const startResourcesProcess = (settings: ResourcesProcess) => start('resources-process', settings);
export const startAuthProcess = (settings: AuthProcess) => start('auth-process', settings);
export const startImageServiceProcess = (settings: ImageServiceProcess) => start('image-service-process', settings);

/** How a process is run from its bundle, as words of a command. */
function commandOf(name: string, settings: object): string[] {
  return [process.execPath, join(inject('bundles'), 'run.cjs'), name, JSON.stringify(settings)];
}

function start(name: string, settings: object): Killable {
  return killable(commandOf(name, settings));
}

function killable(command: string[]): Killable {
  const child = runCommand(command, {});
  onTestFinished(() => child.end());
  const url = child.find(/^url (.+)$/m).then(([, found = '']) => found);
  // Who kills it before it serves does not ask for the URL.
  url.catch(() => {});
  return {
    url,
    lines: () => child.stdout().trim().split('\n'),
    gone: child.exitCode,
    kill: () => child.end(),
  };
}
