import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openImageFiles } from './image-files.ts';
import { gif, noImage, png, temporaryFolder } from './testing/service.ts';

const openTemporary = async () => {
  const folder = join(await temporaryFolder(), 'made', 'by-opening');
  return { folder, files: openImageFiles(folder) };
};

const aGif = { contentType: 'image/gif', bytes: gif };

describe('the folder', () => {
  test('is created for its owner alone', async () => {
    const { folder } = await openTemporary();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('cannot be a file', async () => {
    const file = join(await temporaryFolder(), 'file');
    writeFileSync(file, 'not a folder');
    expect(() => openImageFiles(file)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  });

  test('is not writable once it was deleted', async () => {
    const { folder, files } = await openTemporary();
    expect(await files.isWritable()).toBe(true);
    await rm(folder, { recursive: true });
    expect(await files.isWritable()).toBe(false);
    await expect(files.add(aGif)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('loses only the temporary files of interrupted writes when it is opened', async () => {
    const { folder, files } = await openTemporary();
    const { id } = await files.add(aGif);
    const others = [`${id}.image`, 'notes.0123456789abcdef.tmp', 'notes.tmp'];
    for (const name of others.slice(1)) writeFileSync(join(folder, name), 'of somebody else');
    writeFileSync(join(folder, `${id}.image.0123456789abcdef.tmp`), 'half an ima');

    openImageFiles(folder);
    expect(readdirSync(folder).sort()).toEqual(others.sort());
  });
});

describe('an image', () => {
  test('is one file: a line of JSON, then the bytes', async () => {
    const { folder, files } = await openTemporary();
    const record = await files.add(aGif);
    expect(readdirSync(folder)).toEqual([`${record.id}.image`]);

    const content = readFileSync(join(folder, `${record.id}.image`));
    const end = content.indexOf('\n');
    expect(JSON.parse(content.toString('utf8', 0, end))).toEqual(record);
    expect(content.subarray(end + 1)).toEqual(gif);
  });

  test('is described by id, type, times, hash and size', async () => {
    const { files } = await openTemporary();
    const record = await files.add(aGif);
    const sha256 = createHash('sha256').update(gif).digest('hex');
    expect(record).toMatchObject({ contentType: 'image/gif', sha256, sizeBytes: gif.length });
    expect(record.id).toMatch(/^[0-9a-f]{24}$/);
    expect(record.createdAt).toBe(new Date(record.createdAt).toISOString());
    expect(record.updatedAt).toBe(record.createdAt);
  });

  test('whose bytes contain line feeds, or only them, is read unchanged', async () => {
    const { files } = await openTemporary();
    const bytes = Buffer.from('\n\n\n');
    const { id } = await files.add({ contentType: 'image/png', bytes });
    expect((await files.read(id))?.bytes).toEqual(bytes);
  });

  test('is found after the folder is opened again', async () => {
    const { folder, files } = await openTemporary();
    const record = await files.add(aGif);
    const again = openImageFiles(folder);
    expect(await again.find(record.id)).toEqual(record);
    expect(await again.read(record.id)).toEqual({ record, bytes: gif });
    expect(await again.list()).toEqual({ records: [record], unreadable: [] });
  });

  test('keeps its other parts when one is changed', async () => {
    const { files } = await openTemporary();
    const before = await files.add(aGif);
    expect(await files.change(before.id, { bytes: png })).toBe(true);
    expect(await files.change(before.id, { contentType: 'image/png' })).toBe(true);

    const after = await files.read(before.id);
    expect(after?.bytes).toEqual(png);
    expect(after?.record).toMatchObject({ id: before.id, createdAt: before.createdAt, contentType: 'image/png' });
    expect(after?.record.sha256).not.toBe(before.sha256);
  });

  test('leaves no file when it is removed', async () => {
    const { folder, files } = await openTemporary();
    const { id } = await files.add(aGif);
    expect(await files.remove(id)).toBe(true);
    expect(await files.remove(id)).toBe(false);
    expect(await files.find(id)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('whose file is truncated throws', async () => {
    const { folder, files } = await openTemporary();
    const { id } = await files.add(aGif);
    const path = join(folder, `${id}.image`);
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    await expect(files.read(id)).rejects.toThrow(`The file of image ${id} is damaged`);
  });

  test('whose record is damaged throws an error that does not quote the file', async () => {
    const { folder, files } = await openTemporary();
    writeFileSync(join(folder, `${noImage}.image`), 'something private');
    await expect(files.find(noImage)).rejects.toThrow(/^The file of image \w+ is damaged: [a-z ]+$/);
  });
});

test('lists all images, the oldest first, and no other files', async () => {
  const { folder, files } = await openTemporary();
  const added = await Promise.all(Array.from({ length: 5 }, () => files.add(aGif)));
  writeFileSync(join(folder, 'notes.image'), 'not an image');
  const keyOf = ({ createdAt, id }: (typeof added)[0]) => `${createdAt} ${id}`;
  expect((await files.list()).records.map(keyOf)).toEqual(added.map(keyOf).sort());
});

test.each(['../outside', '..', '', 'outside', `${noImage}/`, noImage.toUpperCase(), `${noImage}0`, `${noImage}\n`])(
  'no image has the id %j',
  async (id) => {
    const { folder, files } = await openTemporary();
    const outside = join(folder, '..', 'outside.image');
    writeFileSync(outside, 'private');
    symlinkSync(outside, join(folder, 'outside.image'));

    expect(await files.find(id)).toBeUndefined();
    expect(await files.read(id)).toBeUndefined();
    expect(await files.change(id, { bytes: gif })).toBe(false);
    expect(await files.remove(id)).toBe(false);
    expect(readFileSync(outside, 'utf8')).toBe('private');
  },
);

describe('concurrent changes', () => {
  test('never bring back an image that was removed', async () => {
    const { folder, files } = await openTemporary();
    for (let round = 0; round < 20; round += 1) {
      const { id } = await files.add(aGif);
      const change = () => files.change(id, { bytes: png });
      const [, , wasRemoved, ...late] = await Promise.all([change(), change(), files.remove(id), change(), change()]);
      expect([wasRemoved, ...late]).toEqual([true, false, false]);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of different fields are both stored', async () => {
    const { files } = await openTemporary();
    const { id } = await files.add(aGif);
    await Promise.all([files.change(id, { bytes: png }), files.change(id, { contentType: 'image/png' })]);
    expect(await files.read(id)).toMatchObject({ bytes: png, record: { contentType: 'image/png' } });
  });

  test('let every reader see one whole image', async () => {
    const { files } = await openTemporary();
    const { id } = await files.add(aGif);
    const [large, small] = [Buffer.alloc(300_000, 1), Buffer.alloc(10, 2)];
    const changes = [large, small, large, small, large].map((bytes) => files.change(id, { bytes }));
    const reads = Array.from({ length: 50 }, () => files.read(id));
    // Reading throws if bytes and record do not match.
    for (const image of await Promise.all(reads)) expect([gif.length, 10, 300_000]).toContain(image?.bytes.length);
    await Promise.all(changes);
  });

  test('continue after one that failed', async () => {
    const { folder, files } = await openTemporary();
    const { id } = await files.add(aGif);
    writeFileSync(join(folder, `${id}.image`), 'damaged');
    const [failed, removed] = await Promise.allSettled([files.change(id, { bytes: png }), files.remove(id)]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('damaged') } });
    expect(removed).toEqual({ status: 'fulfilled', value: true });
  });
});
