import type { Client, Resource } from '../../clients/typescript/index.ts';
import { announce, create, createErrorPlace, createFileInput, createIconButton } from './elements.ts';
import { describeError } from './errors.ts';
import type { Size } from './justified-rows.ts';
import { describeStored, prepareImage } from './prepared-image.ts';

/** A picture in the grid, with its title and what can be done with it. */
export interface PictureCard {
  readonly item: HTMLLIElement;
  /** Width by height, as it is shown. */
  shape(): number;
  resize(size: Size): void;
  showError(error: unknown): void;
  focus(): void;
}

export interface CardParts {
  client: Client;
  signal: AbortSignal;
  onDelete(resource: Resource, card: PictureCard): void;
  /** Called when the picture has another shape. */
  onReplaced(): void;
}

export function createPictureCard(first: Resource, { client, signal, onDelete, onReplaced }: CardParts): PictureCard {
  let resource = first;
  const image = create('img', { loading: 'lazy', decoding: 'async' });
  const link = create('a', { target: '_blank', rel: 'noopener' }, image);
  const error = createErrorPlace();
  const title = create('p', { className: 'title' });
  const remove = createIconButton('icon-delete', `Delete ${first.title}`);
  const replace = createIconButton('icon-replace', `Replace ${first.title}`);
  const input = createFileInput(false, ([file]) => file && void replaceWith(file).catch(showError));
  const actions = create('div', { className: 'actions' }, replace, remove, input);
  const item = create('li', {}, link, actions, title, error);

  const show = (next: Resource) => {
    resource = next;
    const { url, width, height } = resource.image;
    Object.assign(image, { src: urlOfVersion(url, resource.version), alt: resource.title, width, height });
    link.href = url;
    title.textContent = resource.title;
    title.title = resource.title;
  };

  const showError = (reason: unknown) => {
    if (!signal.aborted) error.textContent = describeError(reason);
  };

  const replaceWith = async (file: File) => {
    error.textContent = '';
    item.ariaBusy = 'true';
    try {
      const prepared = await prepareImage(file, signal);
      const { id, version: expectedVersion } = resource;
      const { image, fit } = prepared;
      show(await client.replaceImage({ id, expectedVersion, image, ...(fit && { fit }) }, { signal }));
      announce(`Replaced ${resource.title}. ${describeStored(file, resource, prepared)}`);
      onReplaced();
    } catch (reason) {
      // It may have been changed elsewhere: what the message speaks of is shown.
      const current = await client.get(resource.id, { signal }).catch(() => null);
      if (current) show(current);
      throw reason;
    } finally {
      item.ariaBusy = 'false';
    }
  };

  const card: PictureCard = {
    item,
    shape: () => resource.image.width / resource.image.height,
    resize({ width, height }) {
      item.style.width = `${width}px`;
      link.style.height = `${height}px`;
    },
    showError,
    focus: () => remove.focus(),
  };
  replace.addEventListener('click', () => input.click());
  remove.addEventListener('click', () => onDelete(resource, card));
  show(first);
  return card;
}

/** The URL of a replaced picture stays the same: only another query makes a page load it again. */
function urlOfVersion(url: string, version: number): string {
  if (version === 1) return url;
  const versioned = new URL(url);
  versioned.searchParams.set('version', String(version));
  return versioned.href;
}
