import type { Client, Resource } from '../../clients/typescript/index.ts';
import { create, element, showError, showStatus } from './elements.ts';

const list = element('pictures', HTMLUListElement);
const more = element('more', HTMLButtonElement);
const files = element('files', HTMLInputElement);

const pageSize = 24;

/** The grid of the viewer's pictures, the newest first. */
export interface Pictures {
  /** Loads the next page, or the same page again after a failure. */
  showMore(): Promise<void>;
  add(resource: Resource): void;
}

/** Creates an empty grid, which is cleared when the signal is aborted. */
export function createPictures(client: Client, signal: AbortSignal): Pictures {
  let after: string | null = null;

  const showPage = async () => {
    const { nodes, pageInfo } = await client.list({ first: pageSize, after }, { signal });
    signal.throwIfAborted();
    for (const resource of nodes) list.append(itemOf(resource));
    after = pageInfo.endCursor;
    more.hidden = !pageInfo.hasNextPage;
  };

  const showMore = async () => {
    // Not `disabled`, which would move the focus away.
    more.ariaDisabled = 'true';
    try {
      await showPage();
    } catch (error) {
      if (signal.aborted) return;
      showError(error);
      more.hidden = false;
    }
    more.ariaDisabled = 'false';
  };

  const remove = async (resource: Resource, item: HTMLElement) => {
    if (!(await isConfirmed(resource.title, signal))) return;
    await client.delete(resource.id, { signal });
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    (neighbour?.querySelector('button') ?? files).focus();
    showStatus(`Deleted ${resource.title}.`);
  };

  /** Replaces an existing item of the same resource: an upload and a page may both bring it. */
  const itemOf = (resource: Resource) => {
    const { id, title, image } = resource;
    document.getElementById(id)?.remove();
    const picture = create('img', { src: image.url, alt: title, loading: 'lazy' });
    const button = create('button', { type: 'button', textContent: 'Delete', ariaLabel: `Delete ${title}` });
    const item = create('li', { id }, picture, create('p', { textContent: title }), button);
    const onError = (error: unknown) => {
      if (!signal.aborted) showError(error);
    };
    button.addEventListener('click', () => void remove(resource, item).catch(onError));
    return item;
  };

  const onPress = () => {
    if (more.ariaDisabled === 'true') return;
    showStatus('');
    void showMore();
  };

  const clear = () => {
    list.replaceChildren();
    more.hidden = true;
  };

  more.addEventListener('click', onPress, { signal });
  signal.addEventListener('abort', clear);
  return { showMore, add: (resource) => list.prepend(itemOf(resource)) };
}

/** Asks for confirmation. Escape and an abort mean no. Uses a new dialog each time, so that no close event of an earlier one is heard. */
async function isConfirmed(title: string, signal: AbortSignal): Promise<boolean> {
  const question = `Delete ${title}?`;
  const keep = create('button', { value: 'keep', textContent: 'Keep', autofocus: true });
  const remove = create('button', { value: 'delete', textContent: 'Delete' });
  const form = create('form', { method: 'dialog' }, create('p', { textContent: question }), keep, remove);
  const dialog = create('dialog', { ariaLabel: question }, form);
  document.body.append(dialog);
  dialog.showModal();
  const close = () => dialog.close();
  signal.addEventListener('abort', close);
  await new Promise((resolve) => dialog.addEventListener('close', resolve));
  signal.removeEventListener('abort', close);
  dialog.remove();
  return dialog.returnValue === 'delete';
}
