import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';
import type { Explorer } from '../state/explorer.ts';
import { patchEditorLabels, patchTabKeys, patchTabList, patchWheel, showActiveTab } from './graphiql-patches.ts';

/** Connects GraphiQL's editors to the explorer. Renders nothing. */
export function Editors({ explorer, linkedName }: { explorer: Explorer; linkedName: string | undefined }) {
  const actions = useGraphiQLActions();
  const { tabs, activeTabIndex, schema, operations, ...editors } = useGraphiQL(
    pick(
      'tabs',
      'activeTabIndex',
      'schema',
      'operations',
      'queryEditor',
      'variableEditor',
      'headerEditor',
      'responseEditor',
    ),
  );
  const { queryEditor, variableEditor, headerEditor, responseEditor } = editors;
  const activeId = tabs[activeTabIndex]?.id;

  useEffect(patchTabList);
  useEffect(patchEditorLabels);
  useEffect(patchTabKeys, []);

  useEffect(() => explorer.setSchema(schema ?? undefined), [explorer, schema]);

  useEffect(() => {
    explorer.tabs.connect({ queryEditor, variableEditor, headerEditor, actions }, { tabs, activeTabIndex });
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the active tab changes.
  useEffect(() => {
    showActiveTab();
    if (variableEditor && headerEditor) explorer.fillTab();
  }, [explorer, variableEditor, headerEditor, activeId]);

  useEffect(() => {
    const watch = headerEditor?.onDidChangeModelContent(() => queueMicrotask(explorer.checkToken));
    return () => watch?.dispose();
  }, [explorer, headerEditor]);

  useEffect(() => {
    const recheck = () => activeId !== undefined && explorer.imageFiles.recheck(activeId);
    const watches = [queryEditor, variableEditor].map((editor) =>
      editor?.onDidChangeModelContent(() => queueMicrotask(recheck)),
    );
    return () => {
      for (const watch of watches) watch?.dispose();
    };
  }, [explorer, queryEditor, variableEditor, activeId]);

  // A link may name one of several operations.
  const isParsed = (operations?.length ?? 0) > 1;
  useEffect(() => {
    if (isParsed && linkedName !== undefined) actions.setOperationName(linkedName);
  }, [actions, isParsed, linkedName]);

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
