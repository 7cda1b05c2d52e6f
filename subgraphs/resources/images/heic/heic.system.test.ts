import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { gridData, heifFile, properties, readHevc } from '../../../../tests/corpus/converted/heif-file.ts';
import { largeImages, readLarge } from '../../../../tests/corpus/converted/large-images.ts';
import { readConverted } from '../../../../tests/corpus/converted/photos.ts';
import { captureLog } from '../../../../tests/support/captured-log.ts';
import { maxImageBytes } from '../../image-service/client.ts';
import { decodersOf, hasProcFolder, isRunning, residentMb } from '../../testing/decoder-processes.ts';
import { png } from '../../testing/images.ts';
import { createDecoderProcess } from '../decoder-process.ts';
import { createImageReader } from '../image-reader.ts';

const timeout = 120_000;
const maxBytes = maxImageBytes();
/** Limit of a process, as of those that make other images fit. */
const maxMb = 352;

const { log, lines } = captureLog();
const decoder = createDecoderProcess({ log, timeoutMs: timeout });
afterAll(() => decoder.close());

const decode = (bytes: Buffer) =>
  decoder.decode({ contentType: undefined, bytes, keepMetadata: false, maxBytes, fit: true });

/** Runs something while the memory of all decoders is sampled. Returns their peak, and the most that they took together. */
async function measure(run: () => Promise<unknown>): Promise<{ peakMb: number; togetherMb: number }> {
  let [peakMb, togetherMb] = [0, 0];
  const sample = () => {
    const pids = decodersOf(process.pid);
    peakMb = Math.max(peakMb, ...pids.map((pid) => residentMb(pid, 'peak') || 0));
    togetherMb = Math.max(
      togetherMb,
      pids.reduce((sum, pid) => sum + (residentMb(pid, 'now') || 0), 0),
    );
  };
  const timer = setInterval(sample, 50);
  await run().finally(() => clearInterval(timer));
  return { peakMb, togetherMb };
}

describe('the largest HEIC of each kind is converted in bounded memory:', () => {
  const accepted = largeImages.filter(({ file }) => !file.startsWith('too-'));

  test.each(accepted)('$file of $width × $height', { timeout }, async ({ file, width, height }) => {
    const { peakMb } = await measure(async () => {
      const outcome = await decode(readLarge(file));
      const { size } = 'size' in outcome ? outcome : expect.fail(JSON.stringify(outcome));
      expect(size.width / size.height).toBeCloseTo(width / height, 2);
    });
    expect(peakMb).toBeLessThan(maxMb);
    // It was sampled.
    if (hasProcFolder) expect(peakMb).toBeGreaterThan(200);
  });
});

describe.skipIf(!hasProcFolder)('the process', () => {
  const decoders = () => decodersOf(process.pid).filter(isRunning);

  test('ends after each HEIC, and only then', { timeout }, async () => {
    const plain = readConverted({ file: 'plain.heic' });
    const other = { contentType: 'image/png' as const, bytes: await png(), keepMetadata: false, maxBytes };
    const pids = async (image: Parameters<typeof decoder.decode>[0]) => {
      const decoding = decoder.decode(image);
      const before = decoders();
      await decoding;
      return before;
    };
    const heic = { contentType: undefined, bytes: plain, keepMetadata: false, maxBytes, fit: true };
    await expect.poll(decoders, { timeout }).toEqual([]);
    await decoder.decode(other);
    const [first] = [await pids(other), decoders()];
    expect(await pids(heic)).toEqual(first);
    await expect.poll(decoders, { timeout }).toEqual([]);
    const second = await pids(heic);
    expect(second).toHaveLength(1);
    expect(second).not.toEqual(first);
    await expect.poll(decoders, { timeout }).toEqual([]);
  });

  test('of one image at a time bounds the memory of eight users, and one that is killed takes no other with it', {
    timeout: 2 * timeout,
  }, async () => {
    const read = createImageReader({ maxBytes, decoder, log: captureLog().log });
    const data = readLarge('square.heic').toString('base64');
    const users = Array.from({ length: 8 }, (_, at) => ({ viewerId: `user ${at}`, requestId: `${at}` }));
    let isKilled = false;
    const { togetherMb } = await measure(async () => {
      const images = users.map((user) =>
        read({ data, fit: true }, user).then((image) => {
          if (!isKilled) setTimeout(() => decoders().forEach((pid) => void process.kill(pid, 'SIGKILL')), 1_000);
          isKilled = true;
          return image;
        }),
      );
      const sizes = (await Promise.all(images)).map(({ sizeBytes }) => sizeBytes);
      expect(new Set(sizes).size).toBe(1);
    });
    // One of them may be ending while the next one starts.
    expect(togetherMb).toBeLessThan(1.5 * maxMb);
    expect(lines).toMatchObject([{ msg: 'image decoder lost; will retry' }]);
    lines.length = 0;
  });
});

/** Its 225 tiles are as large as an image may be; libheif allows no more than 255. */
function endlessHeic(): Buffer {
  const { configuration, data } = readHevc(readLarge('square.heic'));
  const [side, count] = [4_096, 15];
  const own = [configuration, properties.size(side, side)];
  const tiles = Array.from({ length: count ** 2 }, (_, at) => ({
    id: at + 2,
    type: 'hvc1' as const,
    data,
    properties: own,
    isHidden: true,
  }));
  const grid = {
    id: 1,
    type: 'grid' as const,
    data: gridData({ rows: count, columns: count }, side, side),
    properties: [properties.size(side, side)],
    references: [{ type: 'dimg' as const, to: tiles.map(({ id }) => id) }],
  };
  return heifFile({ primary: 1, items: [grid, ...tiles] });
}

describe.skipIf(!hasProcFolder)('a HEIC that would be decoded for minutes', () => {
  const { bytes, ...options } = {
    bytes: endlessHeic(),
    contentType: undefined,
    keepMetadata: false,
    maxBytes,
    fit: true,
  };

  test('is ended by the deadline, and the next image has another process', { timeout }, async () => {
    const hasty = createDecoderProcess({ log, timeoutMs: 5_000 });
    onTestFinished(() => hasty.close());
    const reason = { name: 'DecoderTimeoutError', message: expect.stringMatching(/took more than 5000 ms/) };
    await expect(hasty.decode({ bytes, ...options })).rejects.toMatchObject(reason);
    const other = createDecoderProcess({ log, timeoutMs: timeout });
    onTestFinished(() => other.close());
    expect(await other.decode({ ...options, bytes: readConverted({ file: 'plain.heic' }) })).toHaveProperty('size');
  });

  test('is ended by the system if its server has ended', { timeout }, async () => {
    const patient = createDecoderProcess({ log, timeoutMs: timeout });
    onTestFinished(() => patient.close());
    const decoding = patient.decode({ bytes, ...options });
    const limit = (pid = 0) => /^Max cpu time\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1];
    await expect
      .poll(() =>
        decodersOf(process.pid)
          .map(limit)
          .filter((seconds) => Number(seconds) < 60),
      )
      .toHaveLength(1);
    patient.close();
    await expect(decoding).rejects.toMatchObject({ name: 'DecoderFailedError' });
  });
});

test('without the optional package, HEIC is UNSUPPORTED_IMAGE, and the log says so', { timeout }, async () => {
  const folder = copyWithout('libheif-js');
  const script = `
    const { createDecoderProcess } = await import(${JSON.stringify(join(folder, 'subgraphs/resources/images/decoder-process.ts'))});
    const { readFileSync } = await import('node:fs');
    const lines = [];
    const { decode, close } = createDecoderProcess({ log: { warn: (line) => lines.push(line), isLevelEnabled: () => true } });
    const bytes = readFileSync(${JSON.stringify(fileURLToPath(new URL('../../../../tests/corpus/converted/photos/plain.heic', import.meta.url)))});
    const outcome = await decode({ bytes, keepMetadata: false, maxBytes: ${maxBytes}, fit: true });
    close();
    console.log(JSON.stringify({ outcome, lines }));
  `;
  const node = promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
  expect(JSON.parse((await node).stdout)).toEqual({
    outcome: {
      unsupported: expect.stringMatching(/^This server does not convert HEIC: export it as JPEG: on an iPhone/),
    },
    lines: ['HEIC images are not converted: the optional package libheif-js is not installed'],
  });
});

/** Copies what a decoder runs, with links to all installed packages but one. */
function copyWithout(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'without-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  for (const part of ['package.json', 'platform', 'schema', 'subgraphs'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  const packages = join(root, 'node_modules');
  mkdirSync(join(folder, 'node_modules'));
  for (const entry of readdirSync(packages))
    if (entry !== name) symlinkSync(join(packages, entry), join(folder, 'node_modules', entry));
  return folder;
}

test('none of the others was too much for a decoder', () => {
  expect(lines).toEqual([]);
});
