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
  }
}

/** Names history entries by their text; GraphiQL labels each "Set active". Returns a function that stops this. */
export function patchHistory(): () => void {
  const patch = () => {
    for (const entry of document.querySelectorAll('.graphiql-history-item-label')) entry.removeAttribute('aria-label');
  };
  const observer = new MutationObserver(patch);
  const plugin = document.querySelector('.graphiql-plugin');
  if (plugin) observer.observe(plugin, { childList: true, subtree: true });
  patch();
  return () => observer.disconnect();
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
