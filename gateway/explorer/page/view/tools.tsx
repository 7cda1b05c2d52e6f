import { pick, ToolbarButton, useGraphiQL } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { type ReactNode, useEffect } from 'react';
import { useStore } from 'zustand';
import { imagePathOf } from '../images/image-variable.ts';
import { toCurl } from '../requests/curl.ts';
import { parseOrUndefined } from '../requests/exchange.ts';
import { parseObject } from '../requests/json-text.ts';
import { toLink } from '../requests/link.ts';
import { bearerTokenOf } from '../requests/page-session.ts';
import { endpoint } from '../requests/post.ts';
import { redactToShare } from '../requests/redact.ts';
import type { Explorer } from '../state/explorer.ts';
import { copyText } from './copy-text.ts';
import { patchExecuteButton } from './graphiql-patches.ts';

/** Tools below ▶: why it is blocked, and buttons that copy the operation. */
export function Tools({ explorer }: { explorer: Explorer }): ReactNode {
  const graphiql = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'queryEditor', 'variableEditor', 'headerEditor', 'operationName', 'operations'),
  );
  const { blocked } = useStore(explorer.state);
  const reason = blocked[graphiql.tabs[graphiql.activeTabIndex]?.id ?? ''];
  useEffect(() => patchExecuteButton(reason !== undefined));

  /** Copies what `make` returns for the active tab's operation. */
  const copy = async (make: (shared: Shared) => string | undefined, done: (shared: Shared) => string) => {
    const query = graphiql.queryEditor?.getValue() ?? '';
    const variables = parseObject(graphiql.variableEditor?.getValue() ?? '');
    const document = parseOrUndefined(query);
    const redacted = variables && redactToShare(query, variables);
    if (!document || !redacted)
      return explorer.notify('Nothing was copied: the operation or the variables have a syntax error.');
    const isOneOfSeveral = (graphiql.operations?.length ?? 0) > 1;
    const operationName = isOneOfSeveral ? graphiql.operationName : undefined;
    const path = imagePathOf(document);
    // Only an image that the variables have: an update may leave it out.
    const imagePath = path && hasPath(redacted.variables, path) ? path : undefined;
    const shared = { operation: { ...redacted, operationName }, imagePath };
    const text = make(shared);
    if (text === undefined) return explorer.notify('Nothing was copied: the operation is too long.');
    explorer.notify((await copyText(text)) ? done(shared) : 'The browser does not let this page copy.');
  };

  const page = new URL('.', document.baseURI);
  return (
    <>
      {reason !== undefined && (
        <p id="blocked" className="blocked">
          {reason}
        </p>
      )}
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy: copyQuery }) => (
          <>
            {prettify}
            {merge}
            {copyQuery}
            <ToolbarButton
              label="Copy link"
              onClick={() =>
                void copy(
                  ({ operation }) => toLink(page, operation),
                  () =>
                    'The link is copied, without passwords, tokens and image data. It opens the operation, and does not run it.',
                )
              }
            >
              <LinkIcon />
            </ToolbarButton>
            <ToolbarButton
              label="Copy as curl"
              onClick={() =>
                void copy(
                  ({ operation, imagePath }) =>
                    toCurl({
                      endpoint,
                      operation,
                      imagePath,
                      hasToken: hasToken(graphiql.headerEditor?.getValue() ?? ''),
                    }),
                  ({ imagePath }) =>
                    `The curl command is copied, without passwords, tokens and image data. Set TOKEN${imagePath ? ', and FILE to the path of the image,' : ''} in the shell first.`,
                )
              }
            >
              <CurlIcon />
            </ToolbarButton>
          </>
        )}
      </GraphiQL.Toolbar>
    </>
  );
}

interface Shared {
  operation: { query: string; variables: Record<string, unknown>; operationName: string | undefined };
  imagePath: readonly string[] | undefined;
}

const hasToken = (headers: string) =>
  Object.entries(parseObject(headers) ?? {}).some(
    ([name, value]) => name.toLowerCase() === 'authorization' && bearerTokenOf(value) !== undefined,
  );

const hasPath = (value: unknown, path: readonly string[]): boolean =>
  path.reduce<unknown>((parent, key) => (isObject(parent) ? parent[key] : undefined), value) !== undefined;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const LinkIcon = () => (
  <svg className="graphiql-toolbar-icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden="true">
    <path d="M6.5 9.5a3 3 0 0 0 4.2 0l2.4-2.4a3 3 0 0 0-4.2-4.2l-1 1M9.5 6.5a3 3 0 0 0-4.2 0L2.9 8.9a3 3 0 0 0 4.2 4.2l1-1" />
  </svg>
);

const CurlIcon = () => (
  <svg className="graphiql-toolbar-icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden="true">
    <path d="M2.5 4l4 4-4 4M8 12.5h5.500" />
  </svg>
);
