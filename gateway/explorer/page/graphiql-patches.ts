import type { MonacoEditor } from '@graphiql/react';

/**
 * Makes GraphiQL's tabs what they are to a keyboard: a list of buttons. GraphiQL calls list items tabs, which nobody can
 * reach and which hold buttons that assistive technology then passes over.
 */
export function mendTabList(): void {
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

/** Names the entries of GraphiQL's history after what they are, each of which it calls `Set active`. Gives what ends it. */
export function keepHistoryNamed(): () => void {
  const mend = () => {
    for (const entry of document.querySelectorAll('.graphiql-history-item-label')) entry.removeAttribute('aria-label');
  };
  const observer = new MutationObserver(mend);
  const plugin = document.querySelector('.graphiql-plugin');
  if (plugin) observer.observe(plugin, { childList: true, subtree: true });
  mend();
  return () => observer.disconnect();
}

/** Names what the keyboard comes to before it goes into an editor. */
export function mendEditors(): void {
  const names = { 'graphiql-query-editor': 'Operation', 'graphiql-editor-tool': 'Variables or headers' };
  for (const [section, name] of Object.entries(names)) {
    for (const editor of document.querySelectorAll(`.${section} .graphiql-editor`)) {
      editor.setAttribute('role', 'group');
      editor.setAttribute('aria-label', `${name}: press Enter to edit`);
    }
  }
}

/**
 * Has the wheel go on to the page where an editor is at its end; where the window is narrow, there is more below. Monaco
 * keeps it, and can be told otherwise only by whoever makes the editor, which is GraphiQL. Gives what ends it.
 */
export function letWheelPass(editor: MonacoEditor): () => void {
  const pass = (event: WheelEvent) => {
    if (event.deltaY === 0 || event.shiftKey) return;
    const top = editor.getScrollTop();
    const last = editor.getScrollHeight() - editor.getLayoutInfo().height;
    if (event.deltaY < 0 ? top <= 0 : top >= last) event.stopPropagation();
  };
  const listening = new AbortController();
  const options = { capture: true, passive: true, signal: listening.signal };
  editor.getContainerDomNode().addEventListener('wheel', pass, options);
  return () => listening.abort();
}
