import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { type ExecutionResult, getOperationAST } from 'graphql';
import { type MouseEvent, useState } from 'react';
import { parseOrUndefined } from '../requests/exchange.ts';
import type { LinkedTab } from '../requests/link.ts';
import type { Explorer } from '../state/explorer.ts';
import type { Persistence } from '../state/persistence.ts';
import { Editors } from './editors.tsx';
import { HistoryPane } from './history-pane.tsx';
import { ImageDrop } from './image-drop.tsx';
import { ImagePane } from './image-pane.tsx';
import { ResponseFacts } from './response-facts.tsx';
import { editorTheme, Themes } from './themes.tsx';
import { Tools } from './tools.tsx';
import { TopBar } from './top-bar.tsx';

const introspectionName = 'IntrospectionQuery';

type Params = { query: string; operationName?: string | null; variables?: Record<string, unknown> | null };
type Options = { headers?: Record<string, unknown> | null };

/** Corrects GraphiQL's operation name, which is the former tab's if a tab is run as soon as it becomes active. */
function correctName(query: string, name: string | null | undefined): string | undefined {
  const document = parseOrUndefined(query);
  if (!document || !name || getOperationAST(document, name)) return name ?? undefined;
  return getOperationAST(document)?.name?.value;
}

/** GraphiQL with the tabs of the mission, and the parts that this API adds. */
export function ExplorerPage({
  explorer,
  persistence,
  linked,
}: {
  explorer: Explorer;
  persistence: Persistence;
  /** Comes first, so that it is the active tab. */
  linked: LinkedTab | undefined;
}) {
  const [tabs] = useState(() => {
    const linkedTabs = linked ? [{ query: linked.query, variables: linked.variables }] : [];
    const isLinked = (tab: { query: string; variables: string }) =>
      tab.query === linked?.query && tab.variables === linked.variables;
    const others = [...explorer.missionTabs, ...persistence.ownTabs()].filter((tab) => !isLinked(tab));
    return [...linkedTabs, ...others].map((tab) => ({ ...tab, headers: '' }));
  });
  const [plugins] = useState(() => [
    DOC_EXPLORER_PLUGIN,
    { ...HISTORY_PLUGIN, content: () => <HistoryPane explorer={explorer} /> },
  ]);
  const [fetcher] = useState(() => ({ query, operationName, variables }: Params, options?: Options) => {
    const request = { query, variables: variables ?? {}, operationName: correctName(query, operationName) };
    const response =
      operationName === introspectionName
        ? explorer.introspect(request)
        : explorer.fetch(request, options?.headers ?? {});
    // GraphiQL's type has instances of GraphQLError, but it only serializes them.
    return response as Promise<ExecutionResult>;
  });
  const [first] = tabs;
  // React delivers clicks in dialogs here too. Saving on those would store the tabs again after "Clear data".
  const saveEditors = ({ currentTarget, target }: MouseEvent) => {
    if (target instanceof Node && currentTarget.contains(target)) explorer.tabs.saveEditors();
  };
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      plugins={plugins}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultTabs={tabs}
      defaultHeaders=""
      initialQuery={first?.query ?? ''}
      initialVariables={first?.variables ?? ''}
      onTabChange={explorer.tabs.onTabChange}
      shouldPersistHeaders={false}
      storage={persistence}
      editorTheme={editorTheme}
    >
      <DocExplorerStore>
        <Themes />
        <main onClickCapture={saveEditors}>
          <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false}>
            <GraphiQL.Logo> </GraphiQL.Logo>
            <GraphiQL.Toolbar>
              <Tools explorer={explorer} />
            </GraphiQL.Toolbar>
            <GraphiQL.Footer>
              <ResponseFacts explorer={explorer} />
              <ImagePane explorer={explorer} />
            </GraphiQL.Footer>
          </GraphiQLInterface>
        </main>
        {/* After ▶ in the order of the Tab key; page.css puts it above. */}
        <TopBar explorer={explorer} />
        <Editors explorer={explorer} linkedName={linked?.operationName} />
        <ImageDrop explorer={explorer} />
      </DocExplorerStore>
    </GraphiQLProvider>
  );
}
