import type { Client, Resource } from '../../clients/typescript/index.ts';
import { element, showError, showStatus } from './elements.ts';

const progress = element('progress', HTMLProgressElement);

/** Queues files for upload. */
export type Upload = (chosen: readonly File[]) => void;

/** Creates an upload queue. It uploads one file after the other until aborted; a failed file does not stop the others. */
export function createUpload(client: Client, signal: AbortSignal, onUploaded: (resource: Resource) => void): Upload {
  /** The current batch: all files queued until every one of them is done. */
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
    // Includes files that are queued during the loop.
    for (const file of files) {
      const failure = await uploadOne(file);
      if (signal.aborted) return;
      if (failure !== undefined) failures.push(failure);
      progress.value += 1;
    }
    progress.hidden = true;
    showStatus(`Uploaded ${files.length - failures.length} of ${files.length}.`);
    if (failures.length > 0) showError(failures.join(' '));
    files = [];
  };

  signal.addEventListener('abort', () => {
    progress.hidden = true;
  });

  return (chosen) => {
    if (chosen.length === 0) return;
    const isUploading = files.length > 0;
    files.push(...chosen);
    progress.max = files.length;
    if (!isUploading) void uploadAll();
  };
}
