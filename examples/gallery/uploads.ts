import type { Client, Resource } from '../../clients/typescript/index.ts';
import { complain, element, say } from './elements.ts';

const progress = element('progress', HTMLProgressElement);

/** Uploads files after all that wait already. */
export type Upload = (chosen: readonly File[]) => void;

/** One after the other, until the signal ends it: what is wrong with one keeps none of the others. */
export function createUpload(client: Client, signal: AbortSignal, onUploaded: (resource: Resource) => void): Upload {
  /** What is counted together: whatever comes until all of it is done. */
  let files: File[] = [];

  const uploadOne = async (file: File): Promise<string | undefined> => {
    try {
      const resource = await client.create({ title: file.name, image: file }, { signal });
      if (!signal.aborted) onUploaded(resource);
      return undefined;
    } catch (error) {
      return `${file.name}: ${error instanceof Error ? error.message : error}`;
    }
  };

  const uploadAll = async () => {
    const failures: string[] = [];
    Object.assign(progress, { value: 0, hidden: false });
    // Also those that come while others are uploaded.
    for (const file of files) {
      const failure = await uploadOne(file);
      if (signal.aborted) return;
      if (failure !== undefined) failures.push(failure);
      progress.value += 1;
    }
    progress.hidden = true;
    say(`${files.length - failures.length} of ${files.length} uploaded.`);
    if (failures.length > 0) complain(failures.join(' '));
    files = [];
  };

  signal.addEventListener('abort', () => {
    progress.hidden = true;
  });

  return (chosen) => {
    if (chosen.length === 0) return;
    const isUnderWay = files.length > 0;
    files.push(...chosen);
    progress.max = files.length;
    if (!isUnderWay) void uploadAll();
  };
}
