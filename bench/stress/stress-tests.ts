import { loadavg } from 'node:os';
import { join } from 'node:path';
import { useMeter } from '../child.ts';
import { measureLists } from './lists.ts';
import { measureLogIns } from './log-ins.ts';
import type { StrainName } from './names.ts';
import { measureGuesses } from './password-attempts.ts';
import { type Systems, startSystems } from './systems.ts';
import { measureUploads } from './uploads.ts';

/** Measures one after the other and prints what each found beside what is wanted of it; nothing fails for what it finds. */
export async function measureStrains(
  names: readonly StrainName[],
  folder: string,
  say: (text: string) => void,
): Promise<void> {
  useMeter('strain/meter.ts');
  let started: Promise<Systems> | undefined;
  const systems = () => {
    started ??= startSystems(join(folder, 'systems'), say);
    return started;
  };
  const measures: Record<StrainName, () => Promise<string>> = {
    uploads: async () => measureUploads(await systems(), say),
    'log-ins': async () => measureLogIns(await systems(), say),
    guesses: async () => measureGuesses(await systems(), say),
    lists: async () => measureLists(join(folder, 'lists'), say),
  };
  for (const name of names) {
    const text = await measures[name]();
    process.stdout.write(`\n${name} (load average of the last minute: ${loadavg()[0]?.toFixed(1)})\n\n${text}\n`);
  }
}
