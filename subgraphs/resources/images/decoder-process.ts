import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Signal } from '../../../platform/async/signal.ts';
import { createLimitedLog, kindOfError } from '../../../platform/process/limited-log.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { DecodeOutcome, EncodedImage } from './decode-image.ts';

/** Sent to the decoder process. */
export interface DecoderTask {
  id: number;
  image: EncodedImage;
}

/** Sent by the decoder process: once when it has started, and then for each task. A worn process is replaced. */
export type DecoderReply =
  | { hasMemoryLimit: boolean; convertsHeic: boolean }
  | { id: number; outcome: DecodeOutcome; isWorn: boolean }
  | { id: number; failure: string };

/** Decodes images; callers let it have one at a time. */
export interface ImageDecoder {
  /**
   * Rejects with DecoderFailedError if it could not decode, which says nothing about the image, and with the signal's
   * reason if it was stopped because that had aborted.
   */
  decode(image: EncodedImage, signal?: Signal): Promise<DecodeOutcome>;
  /** Rejects what is being decoded. */
  close(): void;
}

/** The decoder crashed, was killed, ran out of memory, or took too long. */
export class DecoderFailedError extends Error {
  /** True if it ended by itself or by somebody else, so that another attempt may succeed. */
  readonly isCrash: boolean;

  constructor(reason: string, { isCrash = false } = {}) {
    super(`The image decoder ${reason}.`);
    this.name = 'DecoderFailedError';
    this.isCrash = isCrash;
  }
}

/** The image took too long: because the machine is busy, or because of the image. */
export class DecoderTimeoutError extends DecoderFailedError {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`took more than ${timeoutMs} ms`);
    this.name = 'DecoderTimeoutError';
    this.timeoutMs = timeoutMs;
  }
}

export interface DecoderProcessSettings {
  log: Logger;
  /** Limit of one decode, the start of the process included; default: 15 seconds. */
  timeoutMs?: number;
  /**
   * How long a decode has its process, even if nobody waits for it; default: about what a new process costs. Clients that
   * come and go at once would otherwise cost more than those that stay.
   */
  undisturbedMs?: number;
  /** The process ends if it has had no image for so long; default: one minute. */
  idleMs?: number;
}

/**
 * Decodes in a process of its own, whose memory the system limits, and which can be killed. It starts with the first
 * image; a crash costs one more attempt.
 */
export function createDecoderProcess(settings: DecoderProcessSettings): ImageDecoder {
  const { log, timeoutMs = 15_000, undisturbedMs = 500, idleMs = 60_000 } = settings;
  const limited = createLimitedLog(log);
  let child: ChildProcess | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let lastId = 0;
  let isClosed = false;

  const start = (): ChildProcess => {
    const started = spawnDecoder();
    // Reported to the attempt, if there is one.
    started.on('error', () => {});
    started.on('message', (reply: DecoderReply) => {
      if (!('hasMemoryLimit' in reply)) return;
      if (!reply.hasMemoryLimit) log.warn('no memory limit for the image decoder: this system has no prlimit command');
      if (!reply.convertsHeic)
        log.warn('HEIC images are not converted: the optional package libheif-js is not installed');
    });
    return started;
  };

  const kill = (which: ChildProcess | undefined) => {
    // Node would send the signal of a process that could not start to process 0: this one, and its whole group.
    if (which?.pid !== undefined) which.kill('SIGKILL');
    if (child === which) child = undefined;
  };

  /** Returns the process that runs, or a new one. */
  const startOnce = (): ChildProcess => {
    try {
      child ??= start();
    } catch (error) {
      throw new DecoderFailedError(`could not be started: ${String(error)}`);
    }
    return child;
  };

  const attempt = (image: EncodedImage, signal: Signal | undefined) =>
    new Promise<DecodeOutcome>((resolve, reject) => {
      const current = startOnce();
      lastId += 1;
      const id = lastId;
      const startedAt = performance.now();
      let abandonedTimer: NodeJS.Timeout | undefined;

      const settle = (finish: () => void) => {
        clearTimeout(timer);
        clearTimeout(abandonedTimer);
        signal?.removeEventListener('abort', onAbort);
        current.off('message', onMessage).off('exit', onExit).off('error', onError);
        finish();
      };
      const stop = (error: unknown) => {
        kill(current);
        settle(() => reject(error));
      };
      const giveUp = (reason: string, options?: { isCrash: boolean }) => stop(new DecoderFailedError(reason, options));
      const giveUpSlow = () => stop(new DecoderTimeoutError(timeoutMs));
      const onMessage = (reply: DecoderReply) => {
        if (!('id' in reply) || reply.id !== id) return;
        if ('failure' in reply) return giveUp(`failed: ${reply.failure}`);
        settle(() => resolve(reply.outcome));
        if (reply.isWorn) kill(current);
      };
      const onExit = (code: number | null, by: string | null) => giveUp(`ended with ${by ?? code}`, { isCrash: true });
      // Emitted instead of an exit if the process cannot start.
      const onError = (error: Error) => giveUp(`could not run: ${error.message}`);
      const onAbort = () => {
        const restMs = startedAt + undisturbedMs - performance.now();
        if (restMs > 0) abandonedTimer = setTimeout(stop, restMs, signal?.reason);
        else stop(signal?.reason);
      };

      const timer = setTimeout(giveUpSlow, timeoutMs);
      signal?.addEventListener('abort', onAbort);
      current.on('message', onMessage).once('exit', onExit).once('error', onError);
      try {
        current.send({ id, image } satisfies DecoderTask, (error) => {
          if (error) giveUp(`could not be reached: ${error.message}`, { isCrash: true });
        });
      } catch (error) {
        // A process that the system could not start, for want of files or memory, has no channel and no `send`.
        giveUp(`could not be started: ${String(error)}`);
      }
    });

  const attemptTwice = (image: EncodedImage, signal: Signal | undefined) =>
    attempt(image, signal).catch((error: unknown) => {
      const isWorthRetrying = error instanceof DecoderFailedError && error.isCrash && !isClosed && !signal?.aborted;
      if (!isWorthRetrying) throw error;
      limited.warn(kindOfError(error), { err: error }, 'image decoder lost; will retry');
      return attempt(image, signal);
    });

  return {
    async decode(image, signal) {
      if (isClosed) throw new DecoderFailedError('is closed');
      clearTimeout(idleTimer);
      try {
        return await attemptTwice(image, signal);
      } finally {
        idleTimer = setTimeout(() => kill(child), idleMs).unref();
      }
    },
    close() {
      isClosed = true;
      clearTimeout(idleTimer);
      kill(child);
    },
  };
}

/** Flags that keep the process small: it needs memory outside of V8's heap. */
const smallHeap = ['--max-old-space-size=64', '--max-semi-space-size=1', '--expose-gc'];
/** Found beforehand: a process that has run out of files would not find tsx, and Node remembers that it did not. */
const flags = [...smallHeap, ...typescriptFlags()];
const passedVariables = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot'];

function spawnDecoder(): ChildProcess {
  const file = fileURLToPath(new URL('decoder-child.ts', import.meta.url));
  const child = spawn(process.execPath, [...flags, file], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    // Ctrl-C reaches all processes of a group: this one is needed until the requests in flight are done.
    detached: true,
    env: {
      ...Object.fromEntries(passedVariables.map((name) => [name, process.env[name]])),
      UV_THREADPOOL_SIZE: '1',
      // glibc gives larger blocks back to the system at once.
      MALLOC_MMAP_THRESHOLD_: '131072',
    },
  });
  // It ends with this process, which need not wait for it.
  child.unref();
  child.channel?.unref();
  return child;
}

/** Node runs TypeScript from 22.18 on; earlier versions need tsx. */
function typescriptFlags(): string[] {
  const isNative = 'typescript' in process.features && Boolean(process.features.typescript);
  if (isNative) return ['--disable-warning=ExperimentalWarning'];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
