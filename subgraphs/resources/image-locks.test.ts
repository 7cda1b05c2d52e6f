import { describe, expect, test } from 'vitest';
import { createImageLocks } from './image-locks.ts';

const inProgress = expect.objectContaining({ extensions: { code: 'CONFLICT', reason: 'IN_PROGRESS' } });
const key = { ownerId: 'ada', id: 'one' };
const versioned = { ...key, expectedVersion: 1 };

/** Work that goes on until it is ended. */
function work() {
  let end = () => {};
  let fail = () => {};
  const running = new Promise<string>((resolve, reject) => {
    end = () => resolve('done');
    fail = () => reject(new Error('failed'));
  });
  return { run: () => running, end, fail };
}

describe('a second replacement', () => {
  test.each([
    ['of any version', key],
    ['of an expected version', versioned],
  ])('%s is refused while the first is under way, and does not run', async (_, second) => {
    const locks = createImageLocks();
    const { run, end } = work();
    const first = locks.hold(key, run);
    let hasRun = false;
    const refused = locks.hold(second, async () => {
      hasRun = true;
    });
    await expect(refused).rejects.toEqual(inProgress);
    expect(hasRun).toBe(false);
    end();
    expect(await first).toBe('done');
  });

  test('that was refused does not let a third in', async () => {
    const locks = createImageLocks();
    const { run, end } = work();
    const first = locks.hold(key, run);
    await expect(locks.hold(key, run)).rejects.toEqual(inProgress);
    await expect(locks.hold(key, run)).rejects.toEqual(inProgress);
    end();
    await first;
  });

  test('runs once the first is done', async () => {
    const locks = createImageLocks();
    await locks.hold(versioned, async () => 'first');
    expect(await locks.hold(versioned, async () => 'second')).toBe('second');
  });

  test('runs once the first has failed, and the first fails as it would alone', async () => {
    const locks = createImageLocks();
    const { run, fail } = work();
    const first = locks.hold(versioned, run);
    fail();
    await expect(first).rejects.toThrow('failed');
    expect(await locks.hold(key, async () => 'second')).toBe('second');
  });

  test('runs once the first has thrown before it did anything', async () => {
    const locks = createImageLocks();
    const broken = () => {
      throw new Error('failed at once');
    };
    await expect(locks.hold(key, broken)).rejects.toThrow('failed at once');
    expect(await locks.hold(key, async () => 'second')).toBe('second');
  });

  test.each([
    ['of another resource', { ownerId: 'ada', id: 'two' }],
    ['of another owner', { ownerId: 'bob', id: 'one' }],
  ])('%s runs beside the first', async (_, other) => {
    const locks = createImageLocks();
    const { run, end } = work();
    const first = locks.hold(versioned, run);
    expect(await locks.hold(other, async () => 'beside')).toBe('beside');
    end();
    await first;
  });
});

describe('a change of the texts', () => {
  test('is refused while an image is replaced on the condition of a version, and not after', async () => {
    const locks = createImageLocks();
    const { run, end } = work();
    const first = locks.hold(versioned, run);
    expect(() => locks.refuseWhereVersioned(key)).toThrow(inProgress);
    expect(() => locks.refuseWhereVersioned(versioned)).toThrow(inProgress);
    expect(() => locks.refuseWhereVersioned({ ...key, id: 'two' })).not.toThrow();
    expect(() => locks.refuseWhereVersioned({ ...key, ownerId: 'bob' })).not.toThrow();
    end();
    await first;
    expect(() => locks.refuseWhereVersioned(key)).not.toThrow();
  });

  test('goes beside a replacement without a condition', async () => {
    const locks = createImageLocks();
    const { run, end } = work();
    const first = locks.hold(key, run);
    expect(() => locks.refuseWhereVersioned(key)).not.toThrow();
    expect(() => locks.refuseWhereVersioned(versioned)).not.toThrow();
    end();
    await first;
  });
});

test('one set of locks says nothing of another’s', async () => {
  const { run, end } = work();
  const first = createImageLocks().hold(versioned, run);
  expect(() => createImageLocks().refuseWhereVersioned(key)).not.toThrow();
  end();
  await first;
});
