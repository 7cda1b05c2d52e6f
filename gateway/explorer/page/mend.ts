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
