import { expect, test } from 'vitest';
import { createInlineWriter } from '../../../../platform/database/writer/inline-writer.ts';
import { aPurge, aRevocation } from '../../testing/events.ts';
import { openExplained } from '../../testing/query-plans.ts';
import { aCreate, anIdempotency, anImage, aReplacement, aResource, madeBy } from '../../testing/resources.ts';
import { createSqliteOperations } from './operation-store.ts';
import { prepareChanges } from './resource-changes.ts';
import { createResourceJobs } from './resource-jobs.ts';
import { createSqliteRevocations, isRevokedSql } from './revocation-store.ts';

/** Revocations, with something to purge, and the query plans of the statements that they run. */
function openRevocations() {
  const { connection, plans } = openExplained();
  const { db } = connection;
  const changes = prepareChanges(connection);
  const writer = createInlineWriter(connection, createResourceJobs(connection));
  const operations = createSqliteOperations(connection, writer);
  const plansOf = async (run: () => Promise<unknown>) => {
    plans.length = 0;
    await run();
    return plans;
  };
  return { db, changes, operations, revocations: createSqliteRevocations(connection, writer), plansOf };
}

test('isRevoked looks up two rows by their keys only', () => {
  const { db } = openRevocations();
  const steps = db.$client.prepare<string[], { detail: string }>(`EXPLAIN QUERY PLAN ${isRevokedSql}`).all('a', 'b');
  const details = steps.map(({ detail }) => detail).filter((detail) => !/^(SCAN CONSTANT ROW|SCALAR)/.test(detail));
  expect(details).toEqual([
    'SEARCH revoked_sessions USING COVERING INDEX sqlite_autoindex_revoked_sessions_1 (session_id=?)',
    'SEARCH tombstones USING COVERING INDEX sqlite_autoindex_tombstones_1 (user_id=?)',
  ]);
});

test('accept scans nothing', async () => {
  const { revocations, plansOf } = openRevocations();
  for (const received of [aRevocation(), aPurge()]) {
    for (const plan of await plansOf(() => revocations.accept(received))) expect(plan).not.toMatch(/SCAN/);
  }
});

test('purgeSome reads pending accounts from their index, and the owner’s rows from indexes by owner', async () => {
  const { changes, operations, revocations, plansOf } = openRevocations();
  const [resource, create, image] = [aResource(), aCreate({ idempotency: anIdempotency() }), anImage()];
  const { ownerId } = create.resource;
  changes.insert(aResource({ ownerId }));
  changes.insert({ ...resource, ownerId });
  await operations.beginReplacement(aReplacement({ ...resource, ownerId }));
  await operations.beginCreate(create);
  await operations.reserve(create.lease, image);
  await operations.finishCreate(create.lease, madeBy(create, image));
  await operations.beginCreate(aCreate({ resource: create.resource }));
  await revocations.accept(aPurge(ownerId));
  const plans = await plansOf(() => revocations.purgeSome(10));
  expect(plans).toEqual([
    'SCAN tombstones USING INDEX tombstones_pending',
    'SCAN tombstones USING INDEX tombstones_pending',
    'SEARCH operations USING INDEX operations_by_key (owner_id=?)',
    'SEARCH operations USING INDEX operations_by_key (owner_id=?)',
    expect.stringMatching(/^SEARCH resources USING .* \(id=\?\); LIST SUBQUERY .*\(owner_id=\?\)$/),
    'SCAN 3-ROW VALUES CLAUSE',
    expect.stringMatching(/^SEARCH operations USING .* \(id=\?\); LIST SUBQUERY .*\(owner_id=\?\)$/),
    'SEARCH tombstones USING INDEX sqlite_autoindex_tombstones_1 (user_id=?)',
  ]);
});

test('purgeSome reads only an empty index if no account is pending', async () => {
  const { revocations, plansOf } = openRevocations();
  await revocations.accept(aPurge());
  while (await revocations.purgeSome(10));
  // A partial index contains only pending rows.
  expect(await plansOf(() => revocations.purgeSome(10))).toEqual(['SCAN tombstones USING INDEX tombstones_pending']);
});

test('deleteExpired reads expired rows from their indexes', async () => {
  const { revocations, plansOf } = openRevocations();
  await revocations.accept({ ...aRevocation(), retentionMs: 0 });
  const plans = await plansOf(() => revocations.deleteExpired(10));
  expect(plans).toHaveLength(3);
  for (const plan of plans) {
    expect(plan).toMatch(/USING (COVERING )?INDEX (revoked_sessions|security_events)_by_end \(forget_at<\?\)/);
    expect(plan).not.toMatch(/SCAN/);
  }
});
