import { parseObject } from './json-text.ts';
import type { SharedOperation } from './redact.ts';

/** An operation from a link, for a tab of its own. */
export interface LinkedTab {
  query: string;
  /** JSON. If the link's is not valid, its text as it came. */
  variables: string;
  operationName: string | undefined;
}

/** The result of reading a link: a tab, or the reason why there is none, or both. */
interface ReadLink {
  tab?: LinkedTab;
  notice: string;
}

/** Limit of a link's parameters, in bytes of the URL. Node's HTTP server takes 16 KiB for a request line with its headers. */
const maxLinkBytes = 8_000;

/** Reads the parameters of a link (`?query=…&variables=…&operationName=…`), and nothing else; undefined if it has none. */
export function readLink(search: string): ReadLink | undefined {
  const parameters = new URLSearchParams(search.length > maxLinkBytes ? '' : search);
  const query = parameters.get('query');
  const variables = parameters.get('variables') ?? '';
  if (search.length > maxLinkBytes && /[?&]query=/.test(search))
    return { notice: `The link is not opened: it has ${search.length} bytes, and may have ${maxLinkBytes}.` };
  if (query === null)
    return parameters.has('variables') ? { notice: 'The link is not opened: it has no query.' } : undefined;
  if (query.trim() === '') return { notice: 'The link is not opened: its query is empty.' };
  const name = parameters.get('operationName') ?? '';
  const operationName = /^[_A-Za-z]\w*$/.test(name) ? name : undefined;
  const parsed = parseObject(variables);
  if (!parsed)
    return {
      tab: { query, variables, operationName },
      notice: 'The variables of the link are no JSON object: correct them before you press ▶.',
    };
  const formatted = variables.trim() === '' ? '' : JSON.stringify(parsed, null, 2);
  return {
    tab: { query, variables: formatted, operationName },
    notice: 'The operation of the link is in its own tab, and has not run: read it before you press ▶.',
  };
}

/** Makes a link that opens an operation; undefined if it would be too long. */
export function toLink(
  page: URL,
  { query, variables, operationName }: SharedOperation & { operationName: string | undefined },
): string | undefined {
  const link = new URL(page.pathname, page.origin);
  link.searchParams.set('query', query);
  if (Object.keys(variables).length > 0) link.searchParams.set('variables', JSON.stringify(variables));
  if (operationName !== undefined) link.searchParams.set('operationName', operationName);
  return link.search.length > maxLinkBytes ? undefined : link.href;
}
