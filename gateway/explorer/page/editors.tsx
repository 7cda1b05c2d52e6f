import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';
import type { Explorer } from './explorer.ts';
import { keepHistoryNamed, letWheelPass, mendEditors, mendTabList } from './graphiql-patches.ts';

/** Connects GraphiQL's editors to what the page does. Shows nothing. */
export function Editors({ explorer }: { explorer: Explorer }) {
  const actions = useGraphiQLActions();
  const { tabs, activeTabIndex, schema, ...editors } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'schema', 'queryEditor', 'variableEditor', 'headerEditor', 'responseEditor'),
  );
  const { queryEditor, variableEditor, headerEditor, responseEditor } = editors;
  const activeId = tabs[activeTabIndex]?.id;

  useEffect(mendTabList);
  useEffect(mendEditors);
  useEffect(keepHistoryNamed, []);

  useEffect(() => explorer.knowSchema(schema ?? undefined), [explorer, schema]);

  useEffect(() => {
    explorer.tabs.connect({ queryEditor, variableEditor, headerEditor, actions }, { tabs, activeTabIndex });
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of tabs that asks for this.
  useEffect(() => {
    if (variableEditor && headerEditor) explorer.fillTab();
  }, [explorer, variableEditor, headerEditor, activeId]);

  // What comes out of the history has no headers, as none are kept there.
  useEffect(() => {
    const watch = headerEditor?.onDidChangeModelContent(({ isFlush }) => {
      if (isFlush && headerEditor.getValue() === '') queueMicrotask(explorer.fillTab);
    });
    return () => watch?.dispose();
  }, [explorer, headerEditor]);

  useEffect(() => {
    // Without a number at the empty last line, which is too faint to be read.
    const renderFinalNewline = 'off';
    queryEditor?.updateOptions({ ariaLabel: 'Operation', renderFinalNewline });
    variableEditor?.updateOptions({ ariaLabel: 'Variables, as JSON', renderFinalNewline });
    headerEditor?.updateOptions({ ariaLabel: 'Headers, as JSON', renderFinalNewline });
    responseEditor?.updateOptions({ ariaLabel: 'Answer' });
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);

  useEffect(() => {
    const ends = [queryEditor, variableEditor, headerEditor, responseEditor].map((each) => each && letWheelPass(each));
    return () => {
      for (const end of ends) end?.();
    };
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);

  // Tab goes on to what is next, so that nobody is caught in an editor; Ctrl-M has it indent.
  useEffect(() => {
    queryEditor?.trigger('explorer', 'editor.action.toggleTabFocusMode', null);
  }, [queryEditor]);

  return null;
}
