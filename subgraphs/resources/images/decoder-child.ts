import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { decodeImage } from './decode-image.ts';
import type { DecoderReply, DecoderTask } from './decoder-process.ts';

/**
 * What the process may allocate beyond what it has when it starts. The limits of an image are lower; the rest is for the
 * file, JavaScript and fragmentation.
 */
const maxAllocatedKb = 208 * 1024;

// The kernel closes the channel also when the parent is killed. Nothing here is worth an orderly end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

process.on('message', (task: DecoderTask) => {
  decodeImage(task.image).then(
    (outcome) => reply({ id: task.id, outcome }),
    (error: unknown) => reply({ id: task.id, failure: String(error) }),
  );
});

preferAsVictim();
reply({ hasMemoryLimit: limitMemory() });

function reply(message: DecoderReply): void {
  process.send?.(message);
}

/** Has the system limit the private memory of this process (RLIMIT_DATA). Returns false where it cannot. */
function limitMemory(): boolean {
  try {
    const [, startKb] = /^VmData:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    const bytes = (Number(startKb) + maxAllocatedKb) * 1024;
    execFileSync('prlimit', ['--pid', String(process.pid), `--data=${bytes}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** If the machine runs out of memory, Linux kills this process first, and the servers go on. */
function preferAsVictim(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Other systems have no such file.
  }
}
