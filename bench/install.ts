import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const lockFile = new URL('package-lock.json', import.meta.url);
const installed = new URL('node_modules/.package-lock.json', import.meta.url);

/** Installs what the benchmark alone needs, where it is not there or the lock file is newer. */
export function installPackages(): void {
  const installedAt = statSync(installed, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (installedAt >= statSync(lockFile).mtimeMs) return;
  process.stderr.write('Installing the packages that it is measured against (npm ci in bench) …\n');
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('npm ci in bench has failed.');
}
