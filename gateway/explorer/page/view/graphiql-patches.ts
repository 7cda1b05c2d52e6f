import type { MonacoEditor } from '@graphiql/react';

/**
 * Makes GraphiQL's tabs a list of buttons. GraphiQL gives the list items the role `tab`: the keyboard cannot reach them,
 * and assistive technology ignores the buttons inside.
 */
export function patchTabList(): void {
  const list = document.querySelector('.graphiql-tabs');
  list?.setAttribute('role', 'list');
  for (const item of list?.children ?? []) {
    const isActive = item.classList.contains('graphiql-tab-active');
    item.removeAttribute('role');
    item.removeAttribute('aria-selected');
    const [button, close] = item.querySelectorAll('button');
    button?.setAttribute('aria-current', String(isActive));
    close?.setAttribute('aria-label', `Close ${button?.textContent}`);
    // One stop of the Tab key; the arrows move between the tabs.
    button?.setAttribute('tabindex', isActive ? '0' : '-1');
    close?.setAttribute('tabindex', '-1');
  }
}

/** Scrolls the row of tabs, and not the page, to the active one. */
export function showActiveTab(): void {
  const list = document.querySelector('.graphiql-tabs');
  const item = list?.querySelector('.graphiql-tab-active');
  if (!list || !item) return;
  const [row, tab] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
  if (tab.left < row.left) list.scrollLeft -= row.left - tab.left;
  if (tab.right > row.right) list.scrollLeft += Math.min(tab.right - row.right, tab.left - row.left);
}

const moves: Record<string, (at: number, count: number) => number> = {
  ArrowLeft: (at, count) => (at + count - 1) % count,
  ArrowRight: (at, count) => (at + 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Moves the focus between the tabs by the arrow keys, and closes one by Delete. Returns a function that stops this. */
export function patchTabKeys(): () => void {
  const controller = new AbortController();
  const onKeyDown = (event: KeyboardEvent) => {
    const list = document.querySelector('.graphiql-tabs');
    const item = event.target instanceof Element && list?.contains(event.target) && event.target.closest('li');
    if (!list || !item || event.altKey || event.ctrlKey || event.metaKey) return;
    const items = [...list.children];
    const [, close] = item.querySelectorAll('button');
    const move = moves[event.key];
    if (event.key === 'Delete' && close) {
      close.click();
      setTimeout(() => list.querySelector<HTMLElement>('button[tabindex="0"]')?.focus());
    } else if (move) items[move(items.indexOf(item), items.length)]?.querySelector('button')?.focus();
    else return;
    event.preventDefault();
  };
  document.addEventListener('keydown', onKeyDown, { signal: controller.signal });
  return () => controller.abort();
}

/** Marks ▶ as disabled, with the reason that is shown beside it. It can still be focused. */
export function patchExecuteButton(isBlocked: boolean): void {
  const button = document.querySelector('.graphiql-execute-button');
  if (isBlocked) {
    button?.setAttribute('aria-disabled', 'true');
    button?.setAttribute('aria-describedby', 'blocked');
  } else {
    button?.removeAttribute('aria-disabled');
    button?.removeAttribute('aria-describedby');
  }
}

/** Names the elements that have the focus before an editor does. */
export function patchEditorLabels(): void {
  const names = { 'graphiql-query-editor': 'Operation', 'graphiql-editor-tool': 'Variables or headers' };
  for (const [section, name] of Object.entries(names)) {
    for (const editor of document.querySelectorAll(`.${section} .graphiql-editor`)) {
      editor.setAttribute('role', 'group');
      editor.setAttribute('aria-label', `${name}: press Enter to edit`);
    }
  }
}

/**
 * Lets the wheel scroll the page when an editor is scrolled to its end. Monaco has an option for this, but only GraphiQL,
 * which creates the editors, could set it. Returns a function that removes the listener.
 */
export function patchWheel(editor: MonacoEditor): () => void {
  const onWheel = (event: WheelEvent) => {
    if (event.deltaY === 0 || event.shiftKey) return;
    const top = editor.getScrollTop();
    const maxTop = editor.getScrollHeight() - editor.getLayoutInfo().height;
    if (event.deltaY < 0 ? top <= 0 : top >= maxTop) event.stopPropagation();
  };
  const controller = new AbortController();
  const options = { capture: true, passive: true, signal: controller.signal };
  editor.getContainerDomNode().addEventListener('wheel', onWheel, options);
  return () => controller.abort();
}
