import { expect, test } from 'vitest';
import { createInlineWriter } from '../../../../platform/database/writer/inline-writer.ts';
import { openExplained } from '../../testing/query-plans.ts';
import {
  aCreate,
  aDeletion,
  anIdempotency,
  anImage,
  aReplacement,
  aResource,
  madeBy,
} from '../../testing/resources.ts';
import type { OperationStore } from '../operation-store.ts';
import { createOperationJobs } from './operation-jobs.ts';
import { createSqliteOperations } from './operation-store.ts';
import { prepareChanges } from './resource-changes.ts';

/** Operations and changes, with the query plans of the statements that they run. */
function openOperations() {
  const { connection, plans } = openExplained();
  const changes = prepareChanges(connection);
  /** Returns only the plans of what `run` does. */
  const plansOf = async (run: () => unknown) => {
    plans.length = 0;
    await run();
    return plans;
  };
  const writer = createInlineWriter(connection, createOperationJobs(connection, changes));
  return { operations: createSqliteOperations(connection, writer), changes, plansOf };
}

type Explained = ReturnType<typeof openOperations>;

const byId = 'SEARCH operations USING INDEX sqlite_autoindex_operations_1 (id=?)';
const resourceById = 'SEARCH resources USING INDEX sqlite_autoindex_resources_1 (id=?)';
const resourceByImage = 'SEARCH resources USING INDEX resources_image_id_unique (image_id=?)';
const byKey = 'SEARCH operations USING INDEX operations_by_key (owner_id=? AND idempotency_key=?)';
const byDue = 'SEARCH operations USING INDEX operations_by_due (due_at<?)';
const byStart = 'SEARCH operations USING INDEX operations_by_start (started_at<?)';
const tombstone = 'SEARCH tombstones USING INDEX sqlite_autoindex_tombstones_1 (user_id=?)';
const byLock = 'SEARCH operations USING INDEX operations_by_lock (resource_id=?)';

/** A scan of a table, not of the json_each of parameters. */
const scan = /SCAN (operations|reservations|resources|tombstones)/;

/** An operation in progress, with what it was begun for. */
async function begunIn({ operations, changes }: Explained) {
  const [create, image, resource] = [aCreate({ idempotency: anIdempotency() }), anImage(), aResource()];
  await operations.beginCreate(create);
  changes.insert(resource);
  return { create, image, resource, made: madeBy(create, image), replacement: aReplacement(resource) };
}

type Begun = Awaited<ReturnType<typeof begunIn>>;

test.each<[string, string[], (operations: OperationStore, begun: Begun, changes: Explained['changes']) => unknown]>([
  [
    'beginCreate',
    [tombstone, byKey],
    (operations) => operations.beginCreate(aCreate({ idempotency: anIdempotency() })),
  ],
  ['findByKey', [byKey], (operations) => operations.findByKey('ada', 'key', 0)],
  ['reserve', [resourceByImage, byId], (operations, { create, image }) => operations.reserve(create.lease, image)],
  ['search', [byId], (operations, { create }) => operations.startSearch(create.lease)],
  ['discard', [resourceByImage, byId], (operations, { create, image }) => operations.discard(create.lease, image.id)],
  ['end', [byId], (operations, { create }) => operations.end(create.lease)],
  ['postpone', [byId], (operations, { create }) => operations.postpone(create.lease, { delayMs: 0 })],
  [
    'beginReplacement',
    [resourceById, tombstone],
    (operations, { replacement }) => operations.beginReplacement(replacement),
  ],
  [
    'beginDeletion',
    [resourceById, byLock],
    (operations, { resource }) => operations.beginDeletion(aDeletion(resource)),
  ],
  ['recordedReservations', ['SEARCH reservations USING'], (operations) => operations.recordedReservations(['a', 'b'])],
])('%s uses indexes and scans no table', async (_, expected, run) => {
  const explained = openOperations();
  const begun = await begunIn(explained);
  const plans = await explained.plansOf(() => run(explained.operations, begun, explained.changes));
  expect(plans).toEqual(expected.map((plan) => expect.stringContaining(plan)));
  for (const plan of plans) expect(plan).not.toMatch(scan);
});

test('finishCreate and finishReplacement find their rows by id, and the lock by its index', async () => {
  const { operations, changes, plansOf } = openOperations();
  const { create, image, made, resource, replacement } = await begunIn({ operations, changes, plansOf });
  await operations.reserve(create.lease, image);
  const inserted = expect.stringMatching(/^SCAN CONSTANT ROW; SCALAR SUBQUERY 1; SEARCH tombstones /);
  const finished = await plansOf(() => operations.finishCreate(create.lease, made));
  expect(finished).toEqual([tombstone, byId, byId, inserted]);
  expect(await operations.beginReplacement(aReplacement(resource, replacement))).toBe('BEGUN');
  const [removed, changed, ...more] = await plansOf(() => operations.finishReplacement(replacement.lease));
  expect(more).toEqual([]);
  expect(removed).toContain(byId);
  expect(removed).not.toMatch(scan);
  expect(changed).toContain(resourceById);
  expect(changed).toContain(byLock);
  expect(changed).not.toMatch(scan);
});

test.each([undefined, 1])('an update of a resource looks for a lock in an index (version: %s)', async (version) => {
  const { changes, plansOf } = openOperations();
  const key = { ...aResource(), expectedVersion: version };
  const [plan, ...more] = await plansOf(() => changes.update(key, { title: 'New' }));
  expect(more).toEqual([]);
  expect(plan).toContain(resourceById);
  expect(plan).toContain(byLock);
  expect(plan).not.toMatch(scan);
});

test('claim reads due operations from their index, without sorting', async () => {
  const { operations, plansOf } = openOperations();
  await operations.beginCreate(aCreate({ leaseMs: 0 }));
  const plans = await plansOf(() => operations.claim({ leaseMs: 60_000, limit: 5 }));
  expect(plans.at(-1)).toContain(byDue);
  for (const plan of plans) expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
});

test('deleteExpiredKeys reads ended creates from their index', async () => {
  const { operations, changes, plansOf } = openOperations();
  const { create, image, made } = await begunIn({ operations, changes, plansOf });
  await operations.reserve(create.lease, image);
  await operations.finishCreate(create.lease, made);
  // Every key has expired, also of this millisecond.
  const plans = await plansOf(() => operations.deleteExpiredKeys(-1));
  expect(plans).not.toEqual([]);
  for (const plan of plans) expect(plan).toBe(byStart);
});

// Runs in each interval of the reconciler, with a whole day of keys in the table.
test.each<[string, (operations: OperationStore) => unknown]>([
  ['adopt', (operations) => operations.adoptOrphan({ operationId: 'a', imageId: 'b', reservationSha256: 'c' })],
  ['referencedImages', (operations) => operations.referencedImages(['a', 'b'])],
  ['countUnresolved', (operations) => operations.countUnresolved()],
])('%s does not scan all keys', async (_, run) => {
  const { operations, plansOf } = openOperations();
  for (const plan of await plansOf(() => run(operations))) expect(plan).not.toMatch(/SCAN operations(?! USING)/);
});
