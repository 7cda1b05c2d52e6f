import { expect, test } from 'vitest';
import type { Resource } from '../storage/resource.ts';
import { imageOf, startRules } from '../testing/rules.ts';

type Rules = Awaited<ReturnType<typeof startRules>>;
type Person = ReturnType<Rules['signUp']>;
type Change = (id: string, at: number) => Promise<Resource | undefined>;

/** Changes that all expect version 1. */
function changesOf(ada: Person): Record<string, Change> {
  const expectedVersion = 1;
  return {
    title: (id, at) => ada.update({ id, title: `Title ${at}`, expectedVersion }),
    description: (id, at) => ada.update({ id, description: `Description ${at}`, expectedVersion }),
    image: async (id, at) => ada.update({ id, image: await imageOf(10 + at), expectedVersion }),
    all: async (id, at) => ada.update({ id, title: `Title ${at}`, image: await imageOf(10 + at), expectedVersion }),
    deletion: (id) => ada.delete({ id, expectedVersion }).then(() => undefined),
  };
}

const isConflict = expect.objectContaining({ extensions: expect.objectContaining({ code: 'CONFLICT' }) });
const isConflictOrGone = expect.objectContaining({
  extensions: expect.objectContaining({ code: expect.stringMatching(/^(CONFLICT|NOT_FOUND)$/) }),
});

/** Runs changes of a new resource concurrently; returns how many succeeded and failed. */
async function race(ada: Person, names: string[]) {
  const { id, image } = await ada.create();
  const changes = names.map((name) => changesOf(ada)[name] as Change);
  const outcomes = await Promise.allSettled(changes.map((change, at) => change(id, at)));
  const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  return { id, image, won, lost };
}

test.each([
  [['title', 'title', 'description', 'title']],
  [['image', 'image', 'image', 'image']],
  [['title', 'image']],
  [['image', 'title']],
  [['image', 'title', 'all', 'description']],
  [['all', 'image', 'title', 'title', 'image']],
  [['title', 'all', 'image', 'all', 'description', 'title']],
  [Array.from({ length: 50 }, (_, at) => ['title', 'image', 'all', 'description'][at % 4] ?? '')],
])(
  'of concurrent changes with the same expected version exactly one succeeds, and the others change nothing: %j',
  async (names) => {
    const { signUp, servedAt } = await startRules();
    const ada = signUp();
    for (let round = 0; round < 3; round += 1) {
      const { id, image, won, lost } = await race(ada, names);
      expect(won).toHaveLength(1);
      expect(lost).toEqual(lost.map(() => isConflict));
      const [winner] = won;
      expect(winner).toMatchObject({ id, version: 2 });
      expect(await ada.find(id)).toEqual(winner);
      expect(await servedAt(image.url)).toBe(winner?.image.sha256);
    }
  },
);

test.each([
  [['deletion', 'title', 'deletion']],
  [['title', 'deletion']],
  [['image', 'deletion']],
  [['deletion', 'image', 'all']],
  [['image', 'title', 'deletion', 'all']],
])('also if one of them is a deletion: %j', async (names) => {
  const { signUp, servedAt, storedImages, lines } = await startRules();
  const ada = signUp();
  for (let round = 0; round < 3; round += 1) {
    const { id, image, won, lost } = await race(ada, names);
    expect(won).toHaveLength(1);
    expect(lost).toEqual(lost.map(() => isConflictOrGone));
    const [winner] = won;
    expect(await ada.find(id)).toEqual(winner);
    const isStored = (await storedImages()).some((stored) => stored.id === image.id);
    expect(isStored).toBe(winner !== undefined);
    if (winner) expect(await servedAt(image.url)).toBe(winner.image.sha256);
  }
  expect(lines).toEqual([]);
});

test('concurrent text updates without an expected version all succeed', async () => {
  const { signUp } = await startRules();
  const ada = signUp();
  const { id } = await ada.create();
  const titles = Array.from({ length: 20 }, (_, at) => `Title ${at}`);
  const changed = await Promise.all(titles.map((title) => ada.update({ id, title })));
  expect(changed.map(({ version }) => version).sort((one, other) => one - other)).toEqual(
    titles.map((_, at) => at + 2),
  );
  expect(await ada.find(id)).toMatchObject({ version: 21 });
});

test('concurrent replacements without an expected version succeed only one after another', async () => {
  const { signUp, servedAt } = await startRules();
  const ada = signUp();
  const { id } = await ada.create();
  const updates = Array.from({ length: 10 }, async (_, at) => ada.update({ id, image: await imageOf(10 + at) }));
  const outcomes = await Promise.allSettled(updates);
  const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.version] : []));
  expect(won.sort((one, other) => one - other)).toEqual(won.map((_, at) => at + 2));
  expect(won.length).toBeGreaterThan(0);
  const found = await ada.find(id);
  expect(found?.version).toBe(won.length + 1);
  expect(await servedAt(found?.image.url ?? '')).toBe(found?.image.sha256);
});
