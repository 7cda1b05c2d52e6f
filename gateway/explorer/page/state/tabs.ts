import type { MonacoEditor, SlicesWithActions, TabsState } from '@graphiql/react';
import type { Filled, TabTexts } from './autofill.ts';

type Tab = TabsState['tabs'][number];

/** What of GraphiQL is needed to write into its tabs. */
export interface Editing {
  queryEditor: MonacoEditor | undefined;
  variableEditor: MonacoEditor | undefined;
  headerEditor: MonacoEditor | undefined;
  actions: SlicesWithActions['actions'];
}

/** GraphiQL's tabs, to be written into from outside of its editors. */
export interface Tabs {
  /** To be told of every change of them. */
  onTabChange(state: TabsState): void;
  /** `opened` is how they are before the first change. */
  connect(editing: Editing, opened: TabsState): void;
  /** The tab that is shown; undefined before there is one. */
  active(): TabTexts | undefined;
  /** Writes into the tab that is shown. */
  write(filled: Filled): void;
  /** Has the tab know what was typed into it just now, which it would otherwise learn too late for what is clicked next. */
  keepTyped(): void;
  /** Shows an answer in the tab that it belongs to, though another is shown now. */
  keepResponse(tabId: string, response: string): void;
}

export function createTabs(): Tabs {
  let state: TabsState | undefined;
  let editing: Editing | undefined;
  const activeTab = () => state?.tabs[state.activeTabIndex];

  return {
    onTabChange: (next) => {
      state = next;
    },
    connect: (next, opened) => {
      editing = next;
      state ??= opened;
    },
    active() {
      const tab = activeTab();
      if (!tab || !editing) return undefined;
      // The editors are ahead of the tab by what was typed last.
      const { variableEditor, headerEditor } = editing;
      const { id, operationName } = tab;
      return {
        id,
        operationName,
        variables: variableEditor?.getValue() ?? tab.variables ?? '',
        headers: headerEditor?.getValue() ?? tab.headers ?? '',
      };
    },
    write({ variables, headers }) {
      if (!editing || (variables === undefined && headers === undefined)) return;
      editing.actions.updateActiveTabValues({
        ...(variables !== undefined && { variables }),
        ...(headers !== undefined && { headers }),
      });
      if (variables !== undefined) editing.variableEditor?.setValue(variables);
      if (headers !== undefined) editing.headerEditor?.setValue(headers);
    },
    keepTyped() {
      const { queryEditor, variableEditor, headerEditor, actions } = editing ?? {};
      if (!queryEditor || !variableEditor || !headerEditor) return;
      const values = { query: queryEditor, variables: variableEditor, headers: headerEditor };
      const typed = Object.entries(values).map(([name, editor]) => [name, editor.getValue()]);
      actions?.updateActiveTabValues(Object.fromEntries(typed));
    },
    keepResponse(tabId, response) {
      const place = (tab: Tab) => (tab.id === tabId ? { ...tab, response } : tab);
      if (state && editing) editing.actions.moveTab(state.tabs.map(place));
    },
  };
}
