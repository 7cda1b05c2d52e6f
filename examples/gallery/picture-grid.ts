import type { Client, Resource } from '../../clients/typescript/index.ts';
import { createDeletions } from './deletions.ts';
import { element } from './elements.ts';
import { justifiedRows } from './justified-rows.ts';
import { createPictureCard, type PictureCard } from './picture-card.ts';

/** Pictures in justified rows. A picture that comes twice is shown once. */
export interface PictureGrid {
  append(resource: Resource): void;
  prepend(resource: Resource): void;
  clear(): void;
  has(id: string): boolean;
  count(): number;
}

const gap = 12;
/** Pixels; of windows up to 600 wide, and of wider ones. */
const rowHeights = { narrow: 150, wide: 220 };

export interface GridParts {
  client: Client;
  signal: AbortSignal;
  /** Called when the number of pictures has changed. */
  onChange(): void;
}

/** Creates an empty grid, which is cleared at the end of the signal. */
export function createPictureGrid({ client, signal, onChange }: GridParts): PictureGrid {
  const list = element('pictures', HTMLUListElement);
  const cards = new Map<string, PictureCard>();
  const deleteWithUndo = createDeletions(client, signal);

  const layOut = () => {
    const width = list.clientWidth;
    const shown = [...list.children].flatMap(({ id }) => cards.get(id) ?? []);
    const height = width <= 600 ? rowHeights.narrow : rowHeights.wide;
    const sizes = justifiedRows(
      shown.map((card) => card.shape()),
      { gap, width, height },
    );
    for (const [at, card] of shown.entries()) card.resize(sizes[at] ?? { width: height, height });
  };

  /** Lays out once for all that is added in one turn. */
  let isPlanned = false;
  const planLayout = () => {
    onChange();
    if (isPlanned) return;
    isPlanned = true;
    queueMicrotask(() => {
      isPlanned = false;
      layOut();
    });
  };

  const onDelete = (resource: Resource, card: PictureCard) => {
    const { item } = card;
    const next = item.nextElementSibling ?? item.previousElementSibling;
    const placeholder = document.createComment('');
    deleteWithUndo({
      resource,
      hide() {
        item.replaceWith(placeholder);
        (cards.get(next?.id ?? '') ?? { focus: () => element('add', HTMLButtonElement).focus() }).focus();
        planLayout();
      },
      restore(error) {
        if (!placeholder.isConnected) return;
        placeholder.replaceWith(item);
        card.focus();
        if (error !== undefined) card.showError(error);
        planLayout();
      },
    });
  };

  const add = (resource: Resource, place: 'append' | 'prepend') => {
    if (cards.has(resource.id)) return;
    const card = createPictureCard(resource, { client, signal, onDelete, onReplaced: layOut });
    card.item.id = resource.id;
    cards.set(resource.id, card);
    list[place](card.item);
    planLayout();
  };

  const clear = () => {
    cards.clear();
    list.replaceChildren();
    planLayout();
  };

  const observer = new ResizeObserver(layOut);
  observer.observe(list);
  signal.addEventListener('abort', () => {
    observer.disconnect();
    clear();
  });
  return {
    append: (resource) => add(resource, 'append'),
    prepend: (resource) => add(resource, 'prepend'),
    clear,
    has: (id) => cards.has(id),
    count: () => list.childElementCount,
  };
}
