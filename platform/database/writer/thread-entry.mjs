import { workerData } from 'node:worker_threads';

// Node strips types itself from 22.18 on. Before, a thread needs tsx, whose hooks of the main thread it does not inherit.
if (workerData.module.endsWith('.ts') && !process.features.typescript) {
  const { register } = await import('tsx/esm/api');
  register();
}
await import(workerData.module);
