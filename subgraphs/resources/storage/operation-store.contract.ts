import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  aCreate,
  aDeletion,
  anIdempotency,
  anImage,
  aReplacement,
  aResource,
  type ClockedStore,
  centuryMs,
  claimAll,
  madeBy,
} from '../testing/resources.ts';
import { operationClaimContract } from './operation-store.claims.contract.ts';
import { operationCreateContract } from './operation-store.creates.contract.ts';
import { operationReplacementContract } from './operation-store.replacements.contract.ts';
import type { Lease, OpenOperation, OperationStore } from './operation-store.ts';
import type { Resource } from './resource.ts';

const start = new Date('2026-12-01T12:00:00.000Z');

/**
 * Contract of every engine for operations. All opened stores are one database, which only these tests use; operations
 * that remain open are ended before each test.
 */
export function operationStoreContract(open: () => ClockedStore): void {
  const opened = async () => {
    const store = open();
    store.clock.set(start);
    onTestFinished(() => store.close());
    for (const { lease } of await claimAll(store)) await store.operations.end(lease);
    return store;
  };

  describe('a lease that is not valid', () => {
    const cases = writes.flatMap(({ name, from }) =>
      from.flatMap((state) => Object.keys(strangers).map((stranger) => [name, state, stranger] as const)),
    );
    test.each(cases)('lets %s of %s write nothing (lease %s), and return so', async (name, state, stranger) => {
      const store = await opened();
      const begun = await begin(state)(store);
      const { onFailure, run } = writeOf(name);
      const before = await look(store, begun);
      const lease = await strangers[stranger]?.(store, await renewed(store, begun));
      expect(await run(store.operations, lease as Lease, begun.resource)).toEqual(onFailure);
      expect(await look(store, begun)).toEqual(before);
    });
  });

  describe('a step that the state does not have', () => {
    const cases = writes.flatMap(({ name, from }) =>
      states.filter((state) => !from.includes(state)).map((state) => [name, state] as const),
    );
    test.each(cases)('lets %s of %s write nothing, and return so', async (name, state) => {
      const store = await opened();
      const begun = await begin(state)(store);
      const { onFailure, run } = writeOf(name);
      const before = await look(store, begun);
      expect(await run(store.operations, await renewed(store, begun), begun.resource)).toEqual(onFailure);
      expect(await look(store, begun)).toEqual(before);
    });
  });

  describe('an ended operation', () => {
    const cases = Object.keys(endings).flatMap((ending) => writes.map(({ name }) => [name, ending] as const));
    test.each(cases)('lets %s write nothing (%s), and return so', async (name, ending) => {
      const store = await opened();
      const begun = (await endings[ending]?.(store)) as Begun;
      const { onFailure, run } = writeOf(name);
      const before = await look(store, begun);
      expect(before.operations.filter(({ operationId }) => operationId === begun.lease.operationId)).toEqual([]);
      expect(await run(store.operations, begun.lease, begun.resource)).toEqual(onFailure);
      expect(await look(store, begun)).toEqual(before);
    });
  });

  describe('a step that is taken fifty times concurrently with one lease', () => {
    const onceOnly = writes.filter(({ name }) => name !== 'discard');
    test.each(onceOnly.flatMap(({ name, from }) => from.map((state) => [name, state] as const)))(
      'succeeds once: %s of %s',
      async (name, state) => {
        const store = await opened();
        const { lease, resource } = await begin(state)(store);
        const { onFailure, run } = writeOf(name);
        const results = await Promise.all(Array.from({ length: 50 }, () => run(store.operations, lease, resource)));
        expect(results.filter((each) => each !== onFailure)).toHaveLength(1);
      },
    );
  });

  describe('creates', () => operationCreateContract(opened));
  describe('replacements and deletions', () => operationReplacementContract(opened));
  describe('open operations', () => operationClaimContract(opened));
}

type State = OpenOperation['state'];

/** An operation with the lease that holds it. */
interface Begun {
  lease: Lease;
  /** The changes of a replacement, or the resource of a create. */
  resource: Resource;
  key: string;
}

/** Steps that need a lease, with the states that have them and what each returns if it is not possible. */
interface Write {
  name: string;
  from: State[];
  onFailure: unknown;
  run(operations: OperationStore, lease: Lease, resource: Resource): Promise<unknown>;
}

const states: State[] = ['RESERVING', 'SEARCHING', 'RESERVED', 'REPLACING', 'DELETING', 'LANDING'];

const writes: Write[] = [
  {
    ...{ name: 'reserve', from: ['RESERVING'], onFailure: 'LAPSED' },
    run: (operations, lease) => operations.reserve(lease, anImage()),
  },
  {
    ...{ name: 'finishCreate', from: ['RESERVED'], onFailure: undefined },
    // With a new image, so that only the operation can make it fail.
    run: (operations, lease, { id, ownerId }) => operations.finishCreate(lease, aResource({ id, ownerId })),
  },
  { name: 'search', from: ['RESERVING'], onFailure: false, run: (operations, lease) => operations.startSearch(lease) },
  {
    ...{ name: 'discard', from: ['RESERVED', 'SEARCHING'], onFailure: false },
    run: (operations, lease) => operations.discard(lease, anImage().id),
  },
  {
    ...{ name: 'finishReplacement', from: ['REPLACING'], onFailure: undefined },
    run: (operations, lease) => operations.finishReplacement(lease),
  },
  { name: 'end', from: states, onFailure: false, run: (operations, lease) => operations.end(lease) },
  {
    ...{ name: 'postpone', from: states, onFailure: false },
    run: (operations, lease) =>
      operations.postpone(lease, { delayMs: 0, settlesAt: new Date(5), unresolved: 'NO_LISTING' }),
  },
];

const writeOf = (name: string) => writes.find((write) => write.name === name) as Write;

/** Begins an operation and brings it to a state. */
function begin(state: State): (store: ClockedStore) => Promise<Begun> {
  return async (store) => {
    const { operations } = store;
    if (state === 'REPLACING' || state === 'DELETING' || state === 'LANDING') {
      const resource = aResource();
      const replacement = aReplacement(resource);
      const { lease } = replacement;
      const begun = { lease, resource, key: 'none' };
      await store.insert(resource);
      if (state === 'DELETING') {
        expect(await operations.beginDeletion(aDeletion(resource, { lease }))).toEqual(resource);
        return begun;
      }
      expect(await operations.beginReplacement(replacement)).toBe('BEGUN');
      if (state === 'REPLACING') return begun;
      expect(await operations.finishReplacement(lease, { settlesAt: new Date('2100-01-01') })).toBeDefined();
      const landing = (await claimAll(store)).find((operation) => operation.state === 'LANDING');
      return { ...begun, lease: landing?.lease as Lease };
    }
    const idempotency = anIdempotency();
    const create = aCreate({ idempotency });
    const image = anImage();
    expect(await operations.beginCreate(create)).toBe('BEGUN');
    if (state === 'SEARCHING') expect(await operations.startSearch(create.lease)).toBe(true);
    if (state === 'RESERVED') expect(await operations.reserve(create.lease, image)).toBe('RESERVED');
    return { lease: create.lease, resource: madeBy(create, image), key: idempotency.key };
  };
}

/** Ways in which an operation can end; the lease was valid until then. */
const endings: Record<string, (store: ClockedStore) => Promise<Begun>> = {
  ...Object.fromEntries(
    states.map((state) => [
      `it was ${state}`,
      async (store: ClockedStore) => {
        const begun = await begin(state)(store);
        expect(await store.operations.end(begun.lease)).toBe(true);
        return begun;
      },
    ]),
  ),
  'its create succeeded': async (store) => {
    const begun = await begin('RESERVED')(store);
    expect(await store.operations.finishCreate(begun.lease, begun.resource)).toBeDefined();
    return begun;
  },
  'its replacement succeeded': async (store) => {
    const begun = await begin('REPLACING')(store);
    expect(await store.operations.finishReplacement(begun.lease)).toBeDefined();
    return begun;
  },
  'the resource of its replacement was deleted': async (store) => {
    const begun = await begin('REPLACING')(store);
    expect(await store.operations.beginDeletion(aDeletion(begun.resource))).toBeDefined();
    return begun;
  },
};

/** The lease of the latest claim. */
async function renewed(store: ClockedStore, { lease }: Pick<Begun, 'lease'>, until?: Date): Promise<Lease> {
  const claimed = await claimAll(store, until);
  return claimed.find((operation) => operation.lease.operationId === lease.operationId)?.lease as Lease;
}

/** Invalid leases, derived from a valid one. */
const strangers: Record<string, (store: ClockedStore, lease: Lease) => Promise<Lease>> = {
  'with another token': async (_, lease) => ({ ...lease, token: randomUUID() }),
  'of another operation': async (_, lease) => ({ ...lease, operationId: randomUUID() }),
  'with an empty token': async (_, lease) => ({ ...lease, token: '' }),
  'that has expired': (store, lease) => renewed(store, { lease }, store.clock.now()),
  'that was replaced by a claim': async (store, lease) => {
    await renewed(store, { lease });
    return lease;
  },
  'that was given up': async (store, lease) => {
    expect(await store.operations.postpone(lease, { delayMs: 0 })).toBe(true);
    return lease;
  },
};

/** All observable properties of an operation and its effects, except its lease. */
async function look(store: ClockedStore, { resource, key }: Begun) {
  const claimed = await claimAll(store);
  return {
    operations: claimed.map(({ lease: { operationId }, leaseUntil: _, attempts: __, ...rest }) => ({
      operationId,
      ...rest,
    })),
    resource: await store.find(resource),
    keyed: await store.operations.findByKey(resource.ownerId, key, centuryMs),
    unresolved: await store.operations.countUnresolved(),
  };
}
