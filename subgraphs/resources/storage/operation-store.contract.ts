import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  aCreate,
  aDeletion,
  anIdempotency,
  anImage,
  aReplacement,
  aResource,
  claimAll,
  madeBy,
} from '../testing/resources.ts';
import { operationClaimContract } from './operation-store.claims.contract.ts';
import { operationCreateContract } from './operation-store.creates.contract.ts';
import { operationReplacementContract } from './operation-store.replacements.contract.ts';
import type { Lease, OpenOperation, OperationStore } from './operation-store.ts';
import type { Resource } from './resource.ts';
import type { ResourceStore } from './resource-store.ts';

/**
 * What every engine must do with operations. All stores that are opened are one, which nobody else uses meanwhile: what
 * is left open in it is ended before each test.
 */
export function operationStoreContract(open: () => ResourceStore | Promise<ResourceStore>): void {
  const opened = async () => {
    const store = await open();
    onTestFinished(() => store.close());
    for (const { lease } of await claimAll(store)) await store.operations.end(lease);
    return store;
  };

  describe('a lease is a fence', () => {
    const cases = writes.flatMap(({ name, from }) =>
      from.flatMap((state) => Object.keys(strangers).map((stranger) => [name, state, stranger] as const)),
    );
    test.each(cases)('%s of %s writes nothing with a lease %s, and says so', async (name, state, stranger) => {
      const store = await opened();
      const begun = await begin(state)(store);
      const { refused, run } = writeOf(name);
      const before = await look(store, begun);
      const lease = await strangers[stranger]?.(store, await renewed(store, begun));
      expect(await run(store.operations, lease as Lease, begun.resource)).toEqual(refused);
      expect(await look(store, begun)).toEqual(before);
    });
  });

  describe('what is no step of a state', () => {
    const cases = writes.flatMap(({ name, from }) =>
      states.filter((state) => !from.includes(state)).map((state) => [name, state] as const),
    );
    test.each(cases)('%s of %s writes nothing, and says so', async (name, state) => {
      const store = await opened();
      const begun = await begin(state)(store);
      const { refused, run } = writeOf(name);
      const before = await look(store, begun);
      expect(await run(store.operations, await renewed(store, begun), begun.resource)).toEqual(refused);
      expect(await look(store, begun)).toEqual(before);
    });
  });

  describe('after its end', () => {
    const cases = Object.keys(endings).flatMap((ending) => writes.map(({ name }) => [name, ending] as const));
    test.each(cases)('%s writes nothing of %s, and says so', async (name, ending) => {
      const store = await opened();
      const begun = (await endings[ending]?.(store)) as Begun;
      const { refused, run } = writeOf(name);
      const before = await look(store, begun);
      expect(before.operations.filter(({ operationId }) => operationId === begun.lease.operationId)).toEqual([]);
      expect(await run(store.operations, begun.lease, begun.resource)).toEqual(refused);
      expect(await look(store, begun)).toEqual(before);
    });
  });

  describe('each step, with one lease fifty times at once,', () => {
    const onceOnly = writes.filter(({ name }) => name !== 'discard');
    test.each(onceOnly.flatMap(({ name, from }) => from.map((state) => [name, state] as const)))(
      '%s of %s is taken once',
      async (name, state) => {
        const store = await opened();
        const { lease, resource } = await begin(state)(store);
        const { refused, run } = writeOf(name);
        const said = await Promise.all(Array.from({ length: 50 }, () => run(store.operations, lease, resource)));
        expect(said.filter((each) => each !== refused)).toHaveLength(1);
      },
    );
  });

  describe('creates', () => operationCreateContract(opened));
  describe('replacements and deletions', () => operationReplacementContract(opened));
  describe('what is open', () => operationClaimContract(opened));
}

type State = OpenOperation['state'];

/** An operation with the lease that holds it. */
interface Begun {
  lease: Lease;
  /** What it changes, or what it would make. */
  resource: Resource;
  key: string;
}

/** What a lease gives the right to: from which states, and what is said where there is no such right. */
interface Write {
  name: string;
  from: State[];
  refused: unknown;
  run(operations: OperationStore, lease: Lease, resource: Resource): Promise<unknown>;
}

const states: State[] = ['RESERVING', 'SEARCHING', 'RESERVED', 'REPLACING', 'DELETING', 'LANDING'];

const writes: Write[] = [
  {
    ...{ name: 'reserve', from: ['RESERVING'], refused: 'LAPSED' },
    run: (operations, lease) => operations.reserve(lease, anImage()),
  },
  {
    ...{ name: 'finishCreate', from: ['RESERVED'], refused: false },
    // Of an image of its own: what keeps it from being kept is the operation alone.
    run: (operations, lease, { id, ownerId }) => operations.finishCreate(lease, aResource({ id, ownerId })),
  },
  { name: 'search', from: ['RESERVING'], refused: false, run: (operations, lease) => operations.startSearch(lease) },
  {
    ...{ name: 'discard', from: ['RESERVED', 'SEARCHING'], refused: false },
    run: (operations, lease) => operations.discard(lease, anImage().id),
  },
  {
    ...{ name: 'finishReplacement', from: ['REPLACING'], refused: undefined },
    run: (operations, lease) => operations.finishReplacement(lease, new Date()),
  },
  { name: 'end', from: states, refused: false, run: (operations, lease) => operations.end(lease) },
  {
    ...{ name: 'postpone', from: states, refused: false },
    run: (operations, lease) =>
      operations.postpone(lease, { dueAt: new Date(), settlesAt: new Date(5), unresolved: 'NO_LISTING' }),
  },
];

const writeOf = (name: string) => writes.find((write) => write.name === name) as Write;

/** Begins an operation and brings it to a state. */
function begin(state: State): (store: ResourceStore) => Promise<Begun> {
  return async (store) => {
    const { operations } = store;
    if (state === 'REPLACING' || state === 'DELETING' || state === 'LANDING') {
      const resource = aResource();
      const { lease, settlesAt, ...parts } = aReplacement(resource);
      const begun = { lease, resource, key: 'none' };
      await store.insert(resource);
      if (state === 'DELETING') {
        expect(await operations.beginDeletion(aDeletion(resource, { lease }))).toEqual(resource);
        return begun;
      }
      expect(await operations.beginReplacement({ lease, settlesAt, ...parts })).toBe('BEGUN');
      if (state === 'REPLACING') return begun;
      expect(await operations.finishReplacement(lease, new Date(), { settlesAt })).toBeDefined();
      const landing = (await claimAll(store)).find((operation) => operation.state === 'LANDING');
      return { ...begun, lease: landing?.lease as Lease };
    }
    const idempotency = anIdempotency();
    const create = aCreate({ idempotency });
    const image = anImage();
    expect(await operations.beginCreate(create)).toBe(true);
    if (state === 'SEARCHING') expect(await operations.startSearch(create.lease)).toBe(true);
    if (state === 'RESERVED') expect(await operations.reserve(create.lease, image)).toBe('RESERVED');
    return { lease: create.lease, resource: madeBy(create, image), key: idempotency.key };
  };
}

/** Ways in which an operation comes to its end; the lease is one that held until then. */
const endings: Record<string, (store: ResourceStore) => Promise<Begun>> = {
  ...Object.fromEntries(
    states.map((state) => [
      `what was ${state}`,
      async (store: ResourceStore) => {
        const begun = await begin(state)(store);
        expect(await store.operations.end(begun.lease)).toBe(true);
        return begun;
      },
    ]),
  ),
  'a create that went well': async (store) => {
    const begun = await begin('RESERVED')(store);
    expect(await store.operations.finishCreate(begun.lease, begun.resource)).toBe(true);
    return begun;
  },
  'a replacement that went well': async (store) => {
    const begun = await begin('REPLACING')(store);
    expect(await store.operations.finishReplacement(begun.lease, new Date())).toBeDefined();
    return begun;
  },
  'a replacement whose resource was deleted': async (store) => {
    const begun = await begin('REPLACING')(store);
    expect(await store.operations.beginDeletion(aDeletion(begun.resource))).toBeDefined();
    return begun;
  },
};

/** The lease of whoever has claimed it just now. */
async function renewed(store: ResourceStore, { lease }: Pick<Begun, 'lease'>, until?: Date): Promise<Lease> {
  const claimed = await claimAll(store, until);
  return claimed.find((operation) => operation.lease.operationId === lease.operationId)?.lease as Lease;
}

/** Leases that do not hold, made of one that does. */
const strangers: Record<string, (store: ResourceStore, lease: Lease) => Promise<Lease>> = {
  'of another token': async (_, lease) => ({ ...lease, token: randomUUID() }),
  'of another operation': async (_, lease) => ({ ...lease, operationId: randomUUID() }),
  'of no token': async (_, lease) => ({ ...lease, token: '' }),
  'that has passed, whatever its holder says': async (store, lease) => {
    const passed = await renewed(store, { lease }, new Date(Date.now() - 1));
    return { ...passed, until: lease.until };
  },
  'that somebody else has by now': async (store, lease) => {
    await renewed(store, { lease });
    return lease;
  },
  'that was given back': async (store, lease) => {
    expect(await store.operations.postpone(lease, { dueAt: new Date() })).toBe(true);
    return lease;
  },
};

/** All that can be told of an operation and what hangs on it, but for who holds it. */
async function look(store: ResourceStore, { resource, key }: Begun) {
  const claimed = await claimAll(store);
  return {
    operations: claimed.map(({ lease: { operationId }, attempts: _, ...rest }) => ({ operationId, ...rest })),
    resource: await store.find(resource),
    keyed: await store.operations.findByKey(resource.ownerId, key, new Date(0)),
    unresolved: await store.operations.countUnresolved(),
  };
}
