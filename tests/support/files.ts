import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder outside the project, which is removed after the test. */
export function folderOfTest(): string {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  return path;
}

/** An empty folder outside the project. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'supergraph-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Contents of a file in tests/fixtures. */
export const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** Reads a file of an open database without taking this process's locks on it away, as closing the file would (fcntl(2)). */
export function readInOtherProcess(path: string): Buffer {
  const program = "process.stdout.write(require('node:fs').readFileSync(process.argv[1]))";
  return execFileSync(process.execPath, ['-e', program, path], { maxBuffer: 64 * 1024 * 1024 });
}
