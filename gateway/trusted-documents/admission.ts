import { type AdmitDocument, readDocumentParameters, withQuery } from '../../platform/graphql/request-parameters.ts';
import type { HttpError } from '../../platform/http/json-body.ts';
import type { TrustedDocuments } from './manifest.ts';

/** `only` runs nothing but trusted documents; `prefer` frees them of the limits of one operation. */
export type TrustMode = 'prefer' | 'only';

/**
 * Creates the decision on the document of a request. A trusted one may be sent by `documentId`, by the hash of an
 * automatic persisted query, or by its text.
 */
export function createDocumentAdmission(documents: TrustedDocuments, mode: TrustMode): AdmitDocument {
  return (request) => {
    const { query, documentId, sha256Hash } = readDocumentParameters(request);
    if (documentId !== undefined) {
      if (typeof documentId !== 'string' || query !== undefined) return { error: notOneDocument };
      const text = documents.get(documentId.replace(/^sha256:/, ''));
      if (text !== undefined) return { ...withQuery(request, text), isTrusted: true };
      return { error: mode === 'only' ? notTrusted : notFound };
    }

    if (query === undefined && typeof sha256Hash === 'string') {
      const text = documents.get(sha256Hash);
      if (text !== undefined) return { ...withQuery(request, text), isTrusted: true };
      return mode === 'only' ? { error: notTrusted } : { ...request, isTrusted: false };
    }

    // Without the name of a document nothing can run: Apollo Server says what is wrong.
    if (typeof query !== 'string') return { ...request, isTrusted: false };
    if (!documents.has(query)) return mode === 'only' ? { error: notTrusted } : { ...request, isTrusted: false };
    if (sha256Hash === undefined) return { ...request, isTrusted: true };
    if (typeof sha256Hash !== 'string' || documents.get(sha256Hash) !== query) return { error: otherHash };
    return { ...withQuery(request, query), isTrusted: true };
  };
}

const badRequest = (code: string, message: string): HttpError => ({ status: 400, code, message });

const notTrusted = badRequest(
  'QUERY_NOT_IN_SAFELIST',
  'Only trusted documents run here, and this is none: send one of the manifest, by its documentId, its hash or its unchanged text.',
);

const notFound = badRequest(
  'PERSISTED_QUERY_NOT_FOUND',
  'No trusted document has this documentId: send the text of the document as query.',
);

const notOneDocument = badRequest('BAD_REQUEST', 'Send either query or documentId, which is a string.');

const otherHash = badRequest('BAD_REQUEST', 'The sha256Hash is not that of the query: send both of the same document.');
