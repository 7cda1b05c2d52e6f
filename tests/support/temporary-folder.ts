import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder outside the project, which is gone when the test that asked for it is over. */
export function folderOfTest(): string {
  const path = mkdtempSync(join(tmpdir(), 'supergraph-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
