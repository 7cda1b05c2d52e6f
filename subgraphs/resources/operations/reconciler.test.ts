import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { resourcesTiming } from '../server.ts';
import { blockCalls } from '../testing/image-service-proxy.ts';
import { aDeletion } from '../testing/resources.ts';
import { startRules } from '../testing/rules.ts';

/** Creates resources and deletes their rows, so that the images remain for the reconciler. */
async function deletionsLeft({ signUp, store }: Awaited<ReturnType<typeof startRules>>, count: number) {
  const ada = signUp();
  const paths: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const { id, image } = await ada.create();
    paths.push(`/images/api/v1/images/${image.id}`);
    await store.operations.beginDeletion(aDeletion({ ownerId: ada.viewerId, id }, { leaseMs: 0 }));
  }
  return paths;
}

test('reconcilers of two processes never recover the same operation', async () => {
  const rules = await startRules();
  const { proxy, anotherProcess, reconcile, reconciled, storedImages } = rules;
  const paths = await deletionsLeft(rules, 50);
  proxy.steps.DELETE = { before: () => setTimeout(10) };
  anotherProcess().reconcile();
  reconcile();
  await reconciled();
  const deleted = proxy.calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
  expect(deleted.sort()).toEqual(paths.sort());
  expect(await storedImages()).toEqual([]);
});

test('an operation that one reconciler has claimed is ignored by another', async () => {
  const rules = await startRules();
  const { proxy, anotherProcess, reconcile, reconciled, database } = rules;
  const first = await deletionsLeft(rules, 1);
  const { wait, arrived, release } = blockCalls();
  proxy.steps.DELETE = { before: wait };
  reconcile();
  await arrived;
  delete proxy.steps.DELETE;
  anotherProcess().reconcile();
  // The first reconciler is blocked, so only the second can recover the later operation; it has seen the earlier one
  // too.
  const later = [...(await deletionsLeft(rules, 1)), ...(await deletionsLeft(rules, 1))];
  await expect.poll(database.open).toEqual(['DELETING']);
  release();
  await reconciled();
  const deleted = proxy.calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
  expect(deleted.sort()).toEqual([...first, ...later].sort());
});

test('a reconciler ignores operations whose request holds the lease', async () => {
  const { signUp, proxy, reconcile, reconciled, storedImages, lines } = await startRules();
  const ada = signUp();
  const { wait, arrived, release } = blockCalls();
  proxy.steps.PUT = { before: wait };
  const created = ada.create();
  await arrived;
  const other = signUp();
  reconcile();
  delete proxy.steps.PUT;
  for (let at = 0; at < 3; at += 1) await other.delete({ id: (await other.create()).id });
  release();
  const { image } = await created;
  await reconciled();
  expect([(await storedImages()).map(({ id }) => id), lines]).toEqual([[image.id], []]);
});

test('a reconciler continues after the database rejected writes for a while', async () => {
  const rules = await startRules();
  await deletionsLeft(rules, 1);
  rules.database.lock();
  rules.reconcile();
  await expect.poll(() => rules.lines.map(({ msg }) => msg)).toContain('reconciler run failed; will retry');
  rules.database.unlock();
  await rules.reconciled();
  expect(await rules.storedImages()).toEqual([]);
});

test('a create whose process and reconciler are killed is recovered within 102 seconds with the default settings', async () => {
  const timeoutMs = 8_000;
  const rules = await startRules({ ...resourcesTiming({ timeoutMs, settleSeconds: 60 }), attemptMs: timeoutMs });
  const { proxy, anotherProcess, reconciled, database } = rules;
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const startedAt = Date.now();
  const setClock = (seconds: number) => vi.setSystemTime(startedAt + seconds * 1_000);

  const creating = anotherProcess();
  const request = blockCalls();
  proxy.steps.POST = { before: request.wait };
  const created = creating.signUp().create();
  created.catch(() => {});
  await request.arrived;
  creating.store.close();
  // The lease lasts 21 seconds, and the call may take effect for 60 more.
  setClock(21 + 60);
  const reconciling = anotherProcess();
  const search = blockCalls();
  proxy.steps.GET = { before: search.wait };
  reconciling.reconcile();
  await search.arrived;
  reconciling.store.close();
  expect(database.open()).toEqual(['SEARCHING']);

  delete proxy.steps.GET;
  setClock(21 + 60 + 21);
  await reconciled();
  request.release();
  search.release();
  await expect(created).rejects.toThrow();
});
