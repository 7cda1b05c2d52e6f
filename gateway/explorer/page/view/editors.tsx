import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';
import type { Explorer } from '../state/explorer.ts';
import { patchEditorLabels, patchHistory, patchTabList, patchWheel } from './graphiql-patches.ts';

/** Connects GraphiQL's editors to the explorer. Renders nothing. */
export function Editors({ explorer }: { explorer: Explorer }) {
  const actions = useGraphiQLActions();
  const { tabs, activeTabIndex, schema, ...editors } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'schema', 'queryEditor', 'variableEditor', 'headerEditor', 'responseEditor'),
  );
  const { queryEditor, variableEditor, headerEditor, responseEditor } = editors;
  const activeId = tabs[activeTabIndex]?.id;

  useEffect(patchTabList);
  useEffect(patchEditorLabels);
  useEffect(patchHistory, []);

  useEffect(() => explorer.setSchema(schema ?? undefined), [explorer, schema]);

  useEffect(() => {
    explorer.tabs.connect({ queryEditor, variableEditor, headerEditor, actions }, { tabs, activeTabIndex });
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the active tab changes.
  useEffect(() => {
    if (variableEditor && headerEditor) explorer.fillTab();
  }, [explorer, variableEditor, headerEditor, activeId]);

  // An operation from the history replaces the headers with none, as the history stores none.
  useEffect(() => {
    const watch = headerEditor?.onDidChangeModelContent(({ isFlush }) => {
      if (isFlush && headerEditor.getValue() === '') queueMicrotask(explorer.fillTab);
    });
    return () => watch?.dispose();
  }, [explorer, headerEditor]);

  useEffect(() => {
    // Hides the line number of the empty last line, whose contrast is too low (WCAG 2.2, 1.4.3).
    const renderFinalNewline = 'off';
    queryEditor?.updateOptions({ ariaLabel: 'Operation', renderFinalNewline });
    variableEditor?.updateOptions({ ariaLabel: 'Variables, as JSON', renderFinalNewline });
    headerEditor?.updateOptions({ ariaLabel: 'Headers, as JSON', renderFinalNewline });
    responseEditor?.updateOptions({ ariaLabel: 'Response' });
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);

  useEffect(() => {
    const all = [queryEditor, variableEditor, headerEditor, responseEditor];
    const disposers = all.map((editor) => editor && patchWheel(editor));
    return () => {
      for (const dispose of disposers) dispose?.();
    };
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);

  // Tab moves the focus out of an editor (WCAG 2.2, 2.1.2); Ctrl-M switches back to indenting.
  useEffect(() => {
    queryEditor?.trigger('explorer', 'editor.action.toggleTabFocusMode', null);
  }, [queryEditor]);

  return null;
}
