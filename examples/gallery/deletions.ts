import type { Client, Resource } from '../../clients/typescript/index.ts';
import { create, element } from './elements.ts';

/** How a picture leaves the page, and comes back. */
export interface DeletedPicture {
  resource: Resource;
  hide(): void;
  /** Shows it again, with an error if it could not be deleted. */
  restore(error?: unknown): void;
}

/** The time in which a deletion can be undone; it does not run while the pointer or the focus is on the offer. */
const undoMs = 8_000;

/**
 * Creates deletions that can be undone: a picture is hidden at once, and deleted when the offer to undo has passed, or its
 * user leaves the page or logs out. Nothing is deleted if the browser cannot send it then: the picture is there again the next time.
 */
export function createDeletions(client: Client, signal: AbortSignal): (deleted: DeletedPicture) => void {
  const offers = element('offers', HTMLElement);
  const pending = new Map<DeletedPicture, () => void>();

  const send = async ({ resource, restore }: DeletedPicture) => {
    try {
      await client.delete(resource.id);
    } catch (error) {
      if (!signal.aborted) restore(error);
    }
  };

  const offer = (deleted: DeletedPicture) => {
    const undo = create('button', { type: 'button', textContent: 'Undo' });
    const text = create('span', { textContent: `Deleted “${deleted.resource.title}”.` });
    const item = create('div', { className: 'offer' }, text, undo);
    let timer: ReturnType<typeof setTimeout>;
    const close = () => {
      clearTimeout(timer);
      pending.delete(deleted);
      item.remove();
    };
    const finish = () => {
      close();
      void send(deleted);
    };
    const hold = () => clearTimeout(timer);
    const wait = () => {
      hold();
      timer = setTimeout(finish, undoMs);
    };
    const takeBack = () => {
      close();
      deleted.restore();
    };
    undo.addEventListener('click', takeBack);
    for (const type of ['pointerenter', 'focusin']) item.addEventListener(type, hold);
    for (const type of ['pointerleave', 'focusout']) item.addEventListener(type, wait);
    pending.set(deleted, finish);
    offers.append(item);
    wait();
  };

  const finishAll = () => {
    for (const finish of [...pending.values()]) finish();
  };
  const undoLast = (event: KeyboardEvent) => {
    const isUndo = event.key === 'z' && (event.ctrlKey || event.metaKey) && !(event.target instanceof HTMLInputElement);
    const last = [...offers.querySelectorAll('button')].at(-1);
    if (!isUndo || !last) return;
    event.preventDefault();
    last.click();
  };
  addEventListener('pagehide', finishAll, { signal });
  document.addEventListener('keydown', undoLast, { signal });
  signal.addEventListener('abort', finishAll);

  return (deleted) => {
    deleted.hide();
    offer(deleted);
  };
}
