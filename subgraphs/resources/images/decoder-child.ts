import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { decodeImage, type EncodedImage } from './decode-image.ts';
import type { DecoderReply, DecoderTask } from './decoder-process.ts';
import { releaseBuffers } from './fitting/picture.ts';
import { hasLibheif } from './heic/libheif.ts';
import { readSentType } from './sent-type.ts';

/**
 * Limit of what the process allocates after its start: the 240 MB that an image may take to decode and to scale, stacks,
 * JavaScript, and what is left over from earlier images.
 */
const maxAllocatedKb = 288 * 1024;
/** More of a processor than the deadline leaves for an image: about twice as much. */
const maxHeicSeconds = 30;
/** Limit of what is left over from earlier images. With more, the process is replaced after the next one. */
const maxLeftBytes = 24e6;

// The kernel closes the channel also when the parent is killed. Nothing here is worth an orderly end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

process.on('message', async ({ id, image }: DecoderTask) => {
  const isHeic = isDecodedByLibheif(image);
  const isWorn = hasMuchLeft() || isHeic;
  if (isHeic) limitTime();
  try {
    reply({ id, outcome: await decodeImage(image), isWorn });
  } catch (error) {
    reply({ id, failure: String(error) });
  }
  if (hasMuchLeft()) releaseBuffers();
});

preferAsVictim();
const startBytes = process.memoryUsage.rss();
reply({ hasMemoryLimit: limitMemory(), convertsHeic: hasLibheif() });

function hasMuchLeft(): boolean {
  return process.memoryUsage.rss() > startBytes + maxLeftBytes;
}

/** The memory of WebAssembly never shrinks, and its code may keep anything of a hostile file. */
function isDecodedByLibheif({ bytes }: EncodedImage): boolean {
  return readSentType(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).foreign?.decodedAs === 'libheif';
}

function reply(message: DecoderReply): void {
  process.send?.(message);
}

/** Has the system limit the private memory of this process (RLIMIT_DATA). Returns false where it cannot. */
function limitMemory(): boolean {
  try {
    const [, startKb] = /^VmData:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return setLimit('data', (Number(startKb) + maxAllocatedKb) * 1024);
  } catch {
    return false;
  }
}

/**
 * Has the system end this process if libheif goes on and on, which a hostile file can make it do (RLIMIT_CPU). While it
 * decodes, this process notices nothing, and its parent, which has a deadline for it, may have been killed.
 */
function limitTime(): void {
  const { user, system } = process.cpuUsage();
  setLimit('cpu', Math.ceil((user + system) / 1e6) + maxHeicSeconds);
}

/** Returns false where there is no prlimit command. */
function setLimit(resource: 'cpu' | 'data', value: number): boolean {
  try {
    execFileSync('prlimit', ['--pid', String(process.pid), `--${resource}=${value}`], { stdio: 'ignore' });
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
