import { create, createErrorPlace } from './elements.ts';
import { describeError, formatBytes, mayPassLater } from './errors.ts';

/** The line of one upload: its picture, how far it is, and what it can be told to do. */
export interface UploadItem {
  readonly line: HTMLLIElement;
  /** Shows what is done now; the bar moves if both numbers are given. */
  show(state: string, sentBytes?: number, totalBytes?: number): void;
  finish(note: string): void;
  fail(error: unknown): void;
  /** Removes the line. */
  remove(): void;
}

export interface UploadActions {
  onCancel(): void;
  onRetry(): void;
}

export function createUploadItem(file: File, { onCancel, onRetry }: UploadActions): UploadItem {
  const url = URL.createObjectURL(file);
  const preview = create('img', { src: url, alt: '' });
  // A format that this browser does not show.
  preview.addEventListener('error', () => preview.classList.add('unknown'));
  const state = create('p', { className: 'state', textContent: 'Waiting' });
  const bar = create('progress', { ariaLabel: `Upload of ${file.name}`, value: 0 });
  const error = createErrorPlace();
  const cancel = create('button', { type: 'button', textContent: 'Cancel', ariaLabel: `Cancel ${file.name}` });
  const retry = create('button', { type: 'button', textContent: 'Try again', hidden: true });
  retry.ariaLabel = `Try again: ${file.name}`;
  const name = create('p', { className: 'name', textContent: file.name, title: file.name });
  const line = create('li', {}, preview, create('div', {}, name, bar, state, error), retry, cancel);

  const remove = () => {
    URL.revokeObjectURL(url);
    line.remove();
  };
  const end = (buttonText: string) => {
    bar.hidden = true;
    cancel.textContent = buttonText;
    cancel.ariaLabel = `${buttonText} ${file.name}`;
  };
  cancel.addEventListener('click', onCancel);
  retry.addEventListener('click', onRetry);

  return {
    line,
    remove,
    show(text, sentBytes, totalBytes) {
      if (sentBytes === undefined || totalBytes === undefined) bar.removeAttribute('value');
      else Object.assign(bar, { max: totalBytes, value: sentBytes });
      state.textContent = text;
      error.textContent = '';
      bar.hidden = false;
      retry.hidden = true;
      cancel.textContent = 'Cancel';
      cancel.ariaLabel = `Cancel ${file.name}`;
    },
    finish(note) {
      end('Close');
      line.classList.add('done');
      state.textContent = note;
    },
    fail(reason) {
      end('Close');
      state.textContent = '';
      error.textContent = describeError(reason);
      retry.hidden = !mayPassLater(reason);
    },
  };
}

/** Says how much of a request was sent. */
export const describeSent = (sentBytes: number, totalBytes: number) =>
  sentBytes < totalBytes ? `Sent ${formatBytes(sentBytes)} of ${formatBytes(totalBytes)}` : 'Being stored';
