import type { Client, Resource } from '../../clients/typescript/index.ts';
import { complain, create, element, say } from './elements.ts';

const list = element('pictures', HTMLUListElement);
const more = element('more', HTMLButtonElement);
const files = element('files', HTMLInputElement);

const pageSize = 24;

/** The grid of the viewer's pictures. */
export interface Pictures {
  /** Starts anew, with the newest. */
  show(): Promise<void>;
  add(resource: Resource): void;
  clear(): void;
}

export function createPictures(client: Client): Pictures {
  let all = client.all({ pageSize });
  let next: Resource | undefined;

  const take = async () => {
    const { value } = await all.next();
    next = value ?? undefined;
  };

  const showMore = async () => {
    for (let count = 0; count < pageSize && next; count += 1) {
      list.append(itemOf(next));
      await take();
    }
    more.hidden = next === undefined;
  };

  const remove = async (resource: Resource, item: HTMLElement) => {
    if (!(await isConfirmed(resource.title))) return;
    await client.delete(resource.id);
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    (neighbour?.querySelector('button') ?? files).focus();
    say(`${resource.title} is deleted.`);
  };

  const itemOf = (resource: Resource) => {
    const { title, image } = resource;
    const picture = create('img', { src: image.url, alt: title, loading: 'lazy' });
    const button = create('button', { type: 'button', textContent: 'Delete', ariaLabel: `Delete ${title}` });
    const item = create('li', {}, picture, create('p', { textContent: title }), button);
    button.addEventListener('click', () => void remove(resource, item).catch(complain));
    return item;
  };

  more.addEventListener('click', () => void showMore().catch(complain));

  return {
    async show() {
      list.replaceChildren();
      all = client.all({ pageSize });
      await take();
      await showMore();
    },
    add: (resource) => list.prepend(itemOf(resource)),
    clear: () => list.replaceChildren(),
  };
}

/** Asks whether to delete; Escape is no. Each time by a dialog of its own, which hears of no other's end. */
async function isConfirmed(title: string): Promise<boolean> {
  const question = `Delete ${title}?`;
  const keep = create('button', { value: 'keep', textContent: 'Keep', autofocus: true });
  const remove = create('button', { value: 'delete', textContent: 'Delete' });
  const form = create('form', { method: 'dialog' }, create('p', { textContent: question }), keep, remove);
  const dialog = create('dialog', { ariaLabel: question }, form);
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve));
  dialog.remove();
  return dialog.returnValue === 'delete';
}
