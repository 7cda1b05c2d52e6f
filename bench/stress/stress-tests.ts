import { loadavg } from 'node:os';
import { join } from 'node:path';
import { useMeter } from '../harness/child.ts';
import { measureCreates } from './creates.ts';
import { measureLists } from './lists.ts';
import { measureLogIns } from './log-ins.ts';
import { measurePasswordAttempts } from './password-attempts.ts';
import { measurePhotoFairness } from './photo-fairness.ts';
import { measurePhotos } from './photos.ts';
import { type Systems, startSystems } from './systems.ts';
import { measureUploads } from './uploads.ts';

export const stressTestNames = [
  'uploads',
  'photos',
  'photo-fairness',
  'creates',
  'log-ins',
  'password-attempts',
  'lists',
] as const;
export type StressTestName = (typeof stressTestNames)[number];

/** Runs stress tests one after the other, and prints each result beside its target. A missed target is no failure. */
export async function runStressTests(
  names: readonly StressTestName[],
  folder: string,
  logProgress: (text: string) => void,
): Promise<void> {
  useMeter(new URL('meter.ts', import.meta.url));
  let started: Promise<Systems> | undefined;
  const systems = () => {
    started ??= startSystems(join(folder, 'systems'), logProgress);
    return started;
  };
  const tests: Record<StressTestName, () => Promise<string>> = {
    uploads: async () => measureUploads(await systems(), logProgress),
    photos: async () => measurePhotos(await systems(), logProgress),
    'photo-fairness': async () => measurePhotoFairness(await systems(), logProgress),
    creates: async () => measureCreates(await systems(), logProgress),
    'log-ins': async () => measureLogIns(await systems(), logProgress),
    'password-attempts': async () => measurePasswordAttempts(await systems(), logProgress),
    lists: async () => measureLists(join(folder, 'lists'), logProgress),
  };
  for (const name of names) {
    const text = await tests[name]();
    process.stdout.write(`\n${name} (load average of the last minute: ${loadavg()[0]?.toFixed(1)})\n\n${text}\n`);
  }
}
