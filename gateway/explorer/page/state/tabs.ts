import type { MonacoEditor, SlicesWithActions, TabsState } from '@graphiql/react';
import type { AutofillResult, TabContent } from '../mission/autofill.ts';

type Tab = TabsState['tabs'][number];

/** The parts of GraphiQL that writing into its tabs needs. */
export interface Editing {
  queryEditor: MonacoEditor | undefined;
  variableEditor: MonacoEditor | undefined;
  headerEditor: MonacoEditor | undefined;
  actions: SlicesWithActions['actions'];
}

/** Access to GraphiQL's tabs from outside its components. */
export interface Tabs {
  /** Receives every change of the tabs. */
  onTabChange(state: TabsState): void;
  /** Receives the editors. `initial` is the state before the first change. */
  connect(editing: Editing, initial: TabsState): void;
  /** Returns the active tab; undefined until GraphiQL has loaded. */
  active(): TabContent | undefined;
  /** Writes into the active tab. */
  write(texts: AutofillResult): void;
  /** Returns a tab's operation and variables; undefined if the tab was closed. */
  read(tabId: string): { query: string; variables: string } | undefined;
  /** Writes the variables of a tab, be it active or not. */
  writeVariables(tabId: string, variables: string): void;
  /** Puts an operation into the active tab. Its headers stay. */
  replace(operation: { query: string; variables: string }): void;
  /** Stores the editors' texts in the active tab. GraphiQL does so after a delay, too late for the next click. */
  saveEditors(): void;
  /** Stores a response in its tab, though another tab is active now. */
  setResponse(tabId: string, response: string): void;
}

export function createTabs(): Tabs {
  let state: TabsState | undefined;
  let editing: Editing | undefined;
  const activeTab = () => state?.tabs[state.activeTabIndex];

  const write: Tabs['write'] = ({ variables, headers }) => {
    if (!editing || (variables === undefined && headers === undefined)) return;
    editing.actions.updateActiveTabValues({
      ...(variables !== undefined && { variables }),
      ...(headers !== undefined && { headers }),
    });
    if (variables !== undefined) editing.variableEditor?.setValue(variables);
    if (headers !== undefined) editing.headerEditor?.setValue(headers);
  };

  const change = (tabId: string, values: Partial<Tab>) => {
    const changed = (tab: Tab) => (tab.id === tabId ? { ...tab, ...values } : tab);
    if (state && editing) editing.actions.moveTab(state.tabs.map(changed));
  };

  return {
    onTabChange: (next) => {
      state = next;
    },
    connect: (next, initial) => {
      editing = next;
      state ??= initial;
    },
    active() {
      const tab = activeTab();
      if (!tab || !editing) return undefined;
      // GraphiQL copies the editors' texts into the tab after a delay.
      const { variableEditor, headerEditor } = editing;
      const { id, operationName } = tab;
      return {
        id,
        operationName,
        variables: variableEditor?.getValue() ?? tab.variables ?? '',
        headers: headerEditor?.getValue() ?? tab.headers ?? '',
      };
    },
    write,
    read(tabId) {
      const isActive = activeTab()?.id === tabId;
      const { queryEditor, variableEditor } = editing ?? {};
      if (isActive && queryEditor && variableEditor)
        return { query: queryEditor.getValue(), variables: variableEditor.getValue() };
      const tab = state?.tabs.find(({ id }) => id === tabId);
      return tab && { query: tab.query ?? '', variables: tab.variables ?? '' };
    },
    writeVariables(tabId, variables) {
      if (activeTab()?.id === tabId) write({ variables });
      else change(tabId, { variables });
    },
    replace({ query, variables }) {
      editing?.queryEditor?.setValue(query);
      editing?.variableEditor?.setValue(variables);
      editing?.actions.updateActiveTabValues({ query, variables });
    },
    saveEditors() {
      const { queryEditor, variableEditor, headerEditor, actions } = editing ?? {};
      if (!queryEditor || !variableEditor || !headerEditor) return;
      const values = { query: queryEditor, variables: variableEditor, headers: headerEditor };
      const current = Object.entries(values).map(([name, editor]) => [name, editor.getValue()]);
      actions?.updateActiveTabValues(Object.fromEntries(current));
    },
    setResponse: (tabId, response) => change(tabId, { response }),
  };
}
