import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAbortable } from '../../../platform/async/signal.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { decodersOf, hasProcFolder, isRunning } from '../testing/decoder-processes.ts';
import { png } from '../testing/images.ts';
import { createDecoderProcess, type DecoderProcessSettings } from './decoder-process.ts';

const timeout = 60_000;
const size = { width: 5, height: 4 };
const small = { contentType: 'image/png' as const, bytes: await png(size), keepMetadata: false, maxBytes: 1_000 };
const gone = new Error('The client has disconnected.');
const failed = (reason: RegExp, name = 'DecoderFailedError') => ({ name, message: expect.stringMatching(reason) });

/** Starts a decoder that is closed after the test. */
function startDecoder(settings: Partial<DecoderProcessSettings> = {}) {
  const { log, lines } = captureLog();
  const decoder = createDecoderProcess({ log, ...settings });
  onTestFinished(() => decoder.close());
  return { ...decoder, lines };
}

test('decodes one image after the other in one process', { timeout }, async () => {
  const { decode, lines } = startDecoder();
  for (let nth = 0; nth < 3; nth += 1) expect(await decode(small)).toEqual({ size });
  const damaged = { ...small, bytes: small.bytes.subarray(0, -40) };
  expect(await decode(damaged)).toEqual({ unsupported: expect.stringMatching(/damaged/) });
  expect(await decode(small)).toEqual({ size });
  if (hasProcFolder) expect({ count: decoders().length, lines }).toEqual({ count: 1, lines: [] });
});

test('rejects what it decodes when it is closed, and everything afterwards', { timeout }, async () => {
  const { decode, close } = startDecoder();
  const decoding = decode(small);
  close();
  await expect(decoding).rejects.toMatchObject(failed(/SIGKILL/));
  await expect(decode(small)).rejects.toMatchObject(failed(/closed/));
});

/** The decoder processes of this test; those of earlier tests may still be ending. */
const decoders = () => decodersOf(process.pid).filter(isRunning);

describe.skipIf(!hasProcFolder)('a process', () => {
  /** Starts a decoder whose process is stopped, as if an image took for ever. */
  async function startHanging(settings: Partial<DecoderProcessSettings> = {}) {
    await expect.poll(decoders, { timeout }).toEqual([]);
    const decoder = startDecoder(settings);
    await decoder.decode(small);
    const [pid = 0] = decoders();
    process.kill(pid, 'SIGSTOP');
    return { ...decoder, pid };
  }

  test('that is killed while it decodes costs one more attempt', { timeout }, async () => {
    const { decode, pid, lines } = await startHanging();
    const decoding = decode(small);
    process.kill(pid, 'SIGKILL');
    expect(await decoding).toEqual({ size });
    expect(lines).toMatchObject([{ msg: 'image decoder lost; will retry', err: { message: expect.any(String) } }]);
  });

  test('that is killed in both attempts fails, and the next image has another', { timeout }, async () => {
    const { decode, pid } = await startHanging();
    const decoding = decode(small);
    process.kill(pid, 'SIGKILL');
    const killSecond = setInterval(() => decoders().forEach((other) => void process.kill(other, 'SIGKILL')), 1);
    await expect(decoding).rejects.toMatchObject(failed(/SIGKILL|EPIPE|closed/));
    clearInterval(killSecond);
    expect(await decode(small)).toEqual({ size });
  });

  test('that takes too long is killed, and the next image has another', { timeout }, async () => {
    const { decode, pid } = await startHanging({ timeoutMs: 10_000 });
    await expect(decode(small)).rejects.toMatchObject(failed(/took more than 10000 ms/, 'DecoderTimeoutError'));
    await expect.poll(() => isRunning(pid), { timeout }).toBe(false);
    expect(await decode(small)).toEqual({ size });
  });

  test.each([
    ['at once when nobody waits for its image any more', 0],
    ['when its image has had its time, and nobody waits for it', 300],
  ])('is killed %s', { timeout }, async (_, undisturbedMs) => {
    const { decode, pid } = await startHanging({ timeoutMs: timeout, undisturbedMs });
    const signal = createAbortable();
    const decoding = decode(small, signal);
    signal.abort(gone);
    await expect(decoding).rejects.toBe(gone);
    await expect.poll(() => isRunning(pid), { timeout }).toBe(false);
    expect(await decode(small)).toEqual({ size });
  });

  test('lives on if it decodes an image in the time that costs less than another process', { timeout }, async () => {
    const { decode, pid } = await startHanging({ timeoutMs: timeout, undisturbedMs: timeout });
    const signal = createAbortable();
    const decoding = decode(small, signal);
    signal.abort(gone);
    process.kill(pid, 'SIGCONT');
    expect([await decoding, decoders()]).toEqual([{ size }, [pid]]);
  });

  test('ends when it has had no image for a while', { timeout }, async () => {
    const { decode } = startDecoder({ idleMs: 10 });
    expect(await decode(small)).toEqual({ size });
    await expect.poll(decoders, { timeout }).toEqual([]);
    expect(await decode(small)).toEqual({ size });
  });

  test('ends when the process that started it is killed', { timeout }, async () => {
    const url = (file: string) => new URL(file, import.meta.url).href;
    const script = `
      const { createDecoderProcess } = await import('${url('./decoder-process.ts')}');
      const { decode } = createDecoderProcess({ log: { warn: console.error } });
      await decode({ contentType: 'image/png', bytes: Buffer.from('${small.bytes.toString('base64')}', 'base64') });
      console.log('decoded');
      setInterval(() => {}, 1_000);
    `;
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
    onTestFinished(() => void parent.kill('SIGKILL'));
    await once(parent.stdout, 'data');
    const [pid = 0] = decodersOf(parent.pid ?? 0);
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(pid), { timeout }).toBe(false);
  });

  test('that cannot be started for want of file descriptors fails, and starts when there are some', {
    timeout,
  }, async () => {
    const url = new URL('./decoder-process.ts', import.meta.url).href;
    const script = `
      const { closeSync, openSync } = await import('node:fs');
      const { createDecoderProcess } = await import('${url}');
      const { decode, close } = createDecoderProcess({ log: { warn: () => {} } });
      const bytes = Buffer.from('${small.bytes.toString('base64')}', 'base64');
      const report = () => decode({ contentType: 'image/png', bytes }).then(() => 'decoded', ({ name }) => name);
      const opened = [];
      try { for (;;) opened.push(openSync('/dev/null', 'r')); } catch {}
      const outcomes = [];
      for (let free = 0; free < 4; free += 1) {
        outcomes.push(await report());
        closeSync(opened.pop());
      }
      opened.forEach(closeSync);
      outcomes.push(await report());
      close();
      console.log(outcomes.join());
    `;
    const node = `ulimit -n 256; exec "$0" --import tsx --input-type=module --eval "$1"`;
    const child = spawn('sh', ['-c', node, process.execPath, script], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const failures = Array(4).fill('DecoderFailedError');
    expect((await text(child.stdout)).trim().split(',')).toEqual([...failures, 'decoded']);
  });

  test('has a limit of memory set by the system', { timeout }, async () => {
    await expect.poll(decoders, { timeout }).toEqual([]);
    const { decode } = startDecoder();
    await decode(small);
    const [pid = 0] = decoders();
    const [, bytes] = /^Max data size\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? [];
    expect(Number(bytes)).toBeGreaterThan(200e6);
    expect(Number(bytes)).toBeLessThan(1e9);
  });
});
