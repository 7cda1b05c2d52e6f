import type { Client, Resource, ResourceOrder } from '../../clients/typescript/index.ts';
import { announce, element } from './elements.ts';
import { describeError } from './errors.ts';
import { createPictureGrid, type PictureGrid } from './picture-grid.ts';

const pageSize = 24;
const typingMs = 250;

/**
 * Fills the grid as far as somebody scrolls, by the client's iterator, in the order and by the search of the page. Returns
 * the grid. Ends with the signal.
 */
export function showPictures(client: Client, signal: AbortSignal): PictureGrid {
  const search = element('search', HTMLInputElement);
  const order = element('order', HTMLSelectElement);
  const end = element('list-end', HTMLElement);
  const error = element('list-error', HTMLElement);
  const again = element('load-again', HTMLButtonElement);
  const empty = element('empty', HTMLElement);

  let pictures: AsyncGenerator<Resource, void, undefined>;
  let state: 'idle' | 'loading' | 'complete' | 'failed' = 'idle';
  /** Aborted when another search or order takes the place of this one. */
  let current = new AbortController();

  const describe = () => {
    const isEmpty = state === 'complete' && grid.count() === 0;
    empty.hidden = !isEmpty;
    if (isEmpty) empty.textContent = search.value ? `No picture matches “${search.value}”.` : welcome;
    end.hidden = state !== 'loading';
    again.hidden = state !== 'failed';
  };
  const grid = createPictureGrid({ client, signal, onChange: describe });

  const enter = (next: typeof state) => {
    state = next;
    describe();
  };

  /** Shows the next page of pictures that are not shown yet. */
  const showMore = async () => {
    if (state === 'loading' || state === 'complete') return;
    const { signal } = current;
    error.textContent = '';
    enter('loading');
    try {
      for (let added = 0; added < pageSize; ) {
        const { value, done } = await pictures.next();
        if (signal.aborted) return;
        if (done) return enter('complete');
        if (!grid.has(value.id)) added += 1;
        grid.append(value);
      }
      enter('idle');
      fillPage();
    } catch (reason) {
      if (signal.aborted) return;
      error.textContent = `The pictures could not be loaded. ${describeError(reason)}`;
      enter('failed');
      begin();
    }
  };

  /** An iteration ends at its first failure; the next one passes what is shown already. */
  const begin = () => {
    const filter = search.value.trim() === '' ? undefined : { search: search.value };
    const orderBy = order.value as ResourceOrder;
    pictures = client.all({ pageSize, orderBy, filter }, { signal: current.signal });
  };

  const restart = () => {
    current.abort();
    current = new AbortController();
    grid.clear();
    begin();
    enter('idle');
    void showMore();
  };

  const marker = element('more-marker', HTMLElement);
  const isNear = () => marker.getBoundingClientRect().top < 2 * innerHeight;
  /** An observer tells only changes: a page of pictures may leave the marker in view. */
  const fillPage = () => {
    if (state === 'idle' && isNear()) void showMore();
  };
  const observer = new IntersectionObserver(fillPage, { rootMargin: '100%' });
  observer.observe(marker);

  let typing: ReturnType<typeof setTimeout>;
  const onType = () => {
    clearTimeout(typing);
    typing = setTimeout(restart, typingMs);
  };
  search.addEventListener('input', onType, { signal });
  order.addEventListener('change', restart, { signal });
  again.addEventListener('click', () => void showMore(), { signal });
  signal.addEventListener('abort', () => {
    clearTimeout(typing);
    observer.disconnect();
    current.abort();
    search.value = '';
    error.textContent = '';
  });
  announce('');
  restart();
  return grid;
}

const welcome = 'You have no pictures yet. Drop some here, paste one, or press Add pictures.';
