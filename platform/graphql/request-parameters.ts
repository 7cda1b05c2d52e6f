import type { HttpError } from '../http/responses.ts';
import { parseJson } from '../json.ts';

/** The parameters of a GraphQL request over HTTP: the body of a POST, or the query of the URL. */
export interface RequestParameters {
  /** Undefined if the parameters are in the URL. */
  body: unknown;
  /** With its question mark; empty if there is none. */
  search: string;
}

/** Decides whether the document of a request may run. May put the text of a document in place of its id. */
export type AdmitDocument = (
  request: RequestParameters,
) => (RequestParameters & { isTrusted: boolean }) | { error: HttpError };

/** The parameters that name a document, of any type. */
export interface DocumentParameters {
  query?: unknown;
  /** The id of a persisted document (GraphQL over HTTP, appendix A). */
  documentId?: unknown;
  /** The hash of an automatic persisted query. */
  sha256Hash?: unknown;
}

/** Reads what names the document of a request. Null counts as absent. */
export function readDocumentParameters({ body, search }: RequestParameters): DocumentParameters {
  const { query, documentId, extensions } = body === undefined ? parametersIn(search) : recordOf(body);
  const { sha256Hash } = recordOf(recordOf(extensions).persistedQuery);
  return { query: query ?? undefined, documentId: documentId ?? undefined, sha256Hash: sha256Hash ?? undefined };
}

/** Makes a request for a document by its text. */
export function withQuery({ body, search }: RequestParameters, query: string): RequestParameters {
  if (body !== undefined) {
    const { documentId: _, extensions, ...others } = recordOf(body);
    return { body: { ...others, query, ...withoutPersistedQuery(extensions) }, search };
  }
  const parameters = new URLSearchParams(search);
  const { extensions } = withoutPersistedQuery(parametersIn(search).extensions);
  parameters.delete('documentId');
  parameters.delete('extensions');
  parameters.set('query', query);
  if (extensions !== undefined) parameters.set('extensions', JSON.stringify(extensions));
  return { body, search: `?${parameters}` };
}

/** Leaves out an object that becomes empty, and the key if it is absent: Apollo Server rejects one that is undefined. */
function withoutPersistedQuery(extensions: unknown): { extensions?: unknown } {
  if (extensions === undefined) return {};
  if (typeof extensions !== 'object' || extensions === null) return { extensions };
  const { persistedQuery: _, ...others } = recordOf(extensions);
  return Object.keys(others).length > 0 ? { extensions: others } : {};
}

/** Reads the parameters of a URL; one that comes several times is an array. */
function parametersIn(search: string): Record<string, unknown> {
  const parameters = new URLSearchParams(search);
  const one = (name: string) => {
    const [first, ...others] = parameters.getAll(name);
    return others.length > 0 ? [first, ...others] : first;
  };
  const extensions = one('extensions');
  return {
    query: one('query'),
    documentId: one('documentId'),
    extensions: typeof extensions === 'string' ? parseJson(extensions) : extensions,
  };
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
