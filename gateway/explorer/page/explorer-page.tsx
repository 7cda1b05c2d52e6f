import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { type ExecutionResult, getOperationAST } from 'graphql';
import { type MouseEvent, useState } from 'react';
import { Editors } from './editors.tsx';
import type { Explorer } from './explorer.ts';
import { ImageDrop } from './images/image-drop.tsx';
import { PicturePane } from './images/image-pane.tsx';
import { parseOrNothing } from './requests/exchange.ts';
import { post } from './requests/post.ts';
import type { Persistence } from './state/persistence.ts';
import { editorTheme, Themes } from './themes.tsx';
import { TopBar } from './top-bar.tsx';

const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];
const introspection = 'IntrospectionQuery';

type Params = { query: string; operationName?: string | null; variables?: Record<string, unknown> | null };
type Options = { headers?: Record<string, unknown> | null };

/** The name of the operation to run. GraphiQL's is still the former tab's where a tab was run as soon as it was shown. */
function nameIn(query: string, name: string | null | undefined): string | undefined {
  const document = parseOrNothing(query);
  if (!document || !name || getOperationAST(document, name)) return name ?? undefined;
  return getOperationAST(document)?.name?.value;
}

/** GraphiQL, opened on the mission's path, with what this API needs around it. */
export function ExplorerPage({ explorer, kept }: { explorer: Explorer; kept: Persistence }) {
  const [tabs] = useState(() => [...explorer.missionTabs, ...kept.ownTabs()].map((tab) => ({ ...tab, headers: '' })));
  const [fetcher] = useState(() => ({ query, operationName, variables }: Params, options?: Options) => {
    const asked = { query, variables: variables ?? {}, operationName: nameIn(query, operationName) };
    const answer = operationName === introspection ? post(asked) : explorer.fetch(asked, options?.headers ?? {});
    // GraphiQL wants errors as graphql throws them, and shows them as JSON, which is what these are.
    return answer as Promise<ExecutionResult>;
  });
  const [first] = tabs;
  // React hears clicks in dialogs here, too; who clears what is kept there would have the tabs kept once more.
  const keepTyped = ({ currentTarget, target }: MouseEvent) => {
    if (target instanceof Node && currentTarget.contains(target)) explorer.tabs.keepTyped();
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
      storage={kept}
      editorTheme={editorTheme}
    >
      <HistoryStore>
        <DocExplorerStore>
          <Themes />
          <TopBar explorer={explorer} />
          <main onClickCapture={keepTyped}>
            <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false}>
              <GraphiQL.Logo> </GraphiQL.Logo>
              <GraphiQL.Footer>
                <PicturePane explorer={explorer} />
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
