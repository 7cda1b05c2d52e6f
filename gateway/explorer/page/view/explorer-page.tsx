import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { type ExecutionResult, getOperationAST } from 'graphql';
import { type MouseEvent, useState } from 'react';
import { parseOrUndefined } from '../requests/exchange.ts';
import type { Explorer } from '../state/explorer.ts';
import type { Persistence } from '../state/persistence.ts';
import { Editors } from './editors.tsx';
import { ImageDrop } from './image-drop.tsx';
import { ImagePane } from './image-pane.tsx';
import { editorTheme, Themes } from './themes.tsx';
import { TopBar } from './top-bar.tsx';

const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];
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
export function ExplorerPage({ explorer, persistence }: { explorer: Explorer; persistence: Persistence }) {
  const [tabs] = useState(() =>
    [...explorer.missionTabs, ...persistence.ownTabs()].map((tab) => ({ ...tab, headers: '' })),
  );
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
      <HistoryStore>
        <DocExplorerStore>
          <Themes />
          <TopBar explorer={explorer} />
          <main onClickCapture={saveEditors}>
            <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false}>
              <GraphiQL.Logo> </GraphiQL.Logo>
              <GraphiQL.Footer>
                <ImagePane explorer={explorer} />
              </GraphiQL.Footer>
            </GraphiQLInterface>
          </main>
          <Editors explorer={explorer} />
          <ImageDrop explorer={explorer} />
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}
