import type { Client, Resource } from '../../clients/typescript/index.ts';
import { announce, element } from './elements.ts';
import { describeStored, prepareImage } from './prepared-image.ts';
import { createUploadItem, describeSent, type UploadItem } from './upload-item.ts';

/** Queues files for upload. */
export type Upload = (files: readonly File[]) => void;

/** Each takes its photo's pixels in memory while it is made to fit, and the server takes two of an address at a time. */
const maxAtOnce = 2;

/** One file on its way, through any number of attempts. */
interface Job {
  file: File;
  item: UploadItem;
  /** The same for each attempt: whatever was lost on the way, the picture is stored once. */
  idempotencyKey: string;
  cancelled: AbortController;
}

/** Creates an upload queue, with a line for each file. A failed file does not stop the others. Ends with the signal. */
export function createUploads(client: Client, signal: AbortSignal, onStored: (resource: Resource) => void): Upload {
  const panel = element('uploads', HTMLElement);
  const list = element('upload-list', HTMLUListElement);
  const waiting: Job[] = [];
  let running = 0;

  const storeImage = async ({ file, item, idempotencyKey, cancelled }: Job) => {
    const { signal } = cancelled;
    item.show('Being made to fit');
    const prepared = await prepareImage(file, signal);
    const onProgress = (sent: number, total: number) => item.show(describeSent(sent, total), sent, total);
    item.show('Being sent');
    const { image, fit } = prepared;
    const input = { title: titleOf(file), image, ...(fit && { fit }), idempotencyKey };
    const resource = await client.create(input, { signal, onProgress });
    item.finish(describeStored(file, resource, prepared));
    return resource;
  };

  const run = async (job: Job) => {
    running += 1;
    try {
      const resource = await storeImage(job);
      announce(`Uploaded ${job.file.name}.`);
      onStored(resource);
    } catch (error) {
      if (!job.cancelled.signal.aborted) job.item.fail(error);
    }
    running -= 1;
    runNext();
  };

  const runNext = () => {
    while (running < maxAtOnce) {
      const job = waiting.shift();
      if (!job) return;
      if (!job.cancelled.signal.aborted) void run(job);
    }
  };

  const enqueue = (file: File) => {
    const cancelled = new AbortController();
    const onCancel = () => {
      cancelled.abort();
      item.remove();
      panel.hidden = list.childElementCount === 0;
    };
    const onRetry = () => {
      item.show('Waiting');
      waiting.push(job);
      runNext();
    };
    const item = createUploadItem(file, { onCancel, onRetry });
    const job = { file, item, idempotencyKey: crypto.getRandomValues(new Uint32Array(4)).join('-'), cancelled };
    signal.addEventListener('abort', onCancel);
    list.append(item.line);
    waiting.push(job);
  };

  return (files) => {
    for (const done of list.querySelectorAll('.done button')) (done as HTMLElement).click();
    for (const file of files) enqueue(file);
    panel.hidden = list.childElementCount === 0;
    runNext();
  };
}

/** A file's name without its extension. */
const titleOf = ({ name }: File) => name.replace(/(?<=.)\.[^.]{1,5}$/, '').slice(0, 200);
