import { readdirSync, readFileSync } from 'node:fs';

/** True where processes can be looked up, and where the decoder's memory is limited. */
export const hasProcFolder = process.platform === 'linux';

/** Reads a file of /proc; '' if the process is gone. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** The decoder processes that a process has started. */
export function decodersOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const isDecoder = (pid: string) =>
    read(pid, 'cmdline').includes('decoder-child') && new RegExp(`^PPid:\\s+${parent}$`, 'm').test(read(pid, 'status'));
  return pids.filter(isDecoder).map(Number);
}

/** True until a process has ended, or waits only for its parent to read its exit code. */
export const isRunning = (pid: number) => /^State:\s+[^ZX]/m.test(read(String(pid), 'status'));

/** Resident memory, in megabytes of a million bytes. */
export function residentMb(pid: number, of: 'now' | 'peak'): number {
  const field = of === 'now' ? 'VmRSS' : 'VmHWM';
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(read(String(pid), 'status')) ?? [];
  return (Number(kilobytes) * 1_024) / 1e6;
}
