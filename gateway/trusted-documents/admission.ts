import { createHash } from 'node:crypto';
import {
  type AdmitDocument,
  type DocumentParameters,
  type RequestParameters,
  readDocumentParameters,
  withQuery,
} from '../../platform/graphql/request-parameters.ts';
import type { HttpError } from '../../platform/http/responses.ts';
import type { TrustedDocuments } from './manifest.ts';

/** `only` runs nothing but trusted documents; `prefer` frees them of the limits of one operation. */
export type TrustMode = 'prefer' | 'only';

/**
 * Creates the decision on the document of a request. A trusted one may be sent by `documentId`, by the hash of an
 * automatic persisted query, or by its text, and by several of them if they name the same document.
 */
export function createDocumentAdmission(documents: TrustedDocuments, mode: TrustMode): AdmitDocument {
  const isNameOf = (id: unknown, text: string) =>
    typeof id === 'string' && (documents.get(id) === text || sha256(text) === id);

  return (request) => {
    const { query, documentId, sha256Hash } = readNames(request);
    if (documentId !== undefined) {
      if (typeof documentId !== 'string') return { error: malformedId };
      const text = query ?? documents.get(documentId);
      if (text === undefined) return { error: mode === 'only' ? notTrusted : notFound };
      if (typeof text !== 'string' || !isNameOf(documentId, text)) return { error: otherId };
      if (sha256Hash !== undefined && !isNameOf(sha256Hash, text)) return { error: otherHash };
      const isTrusted = documents.has(text);
      return isTrusted || mode === 'prefer' ? { ...withQuery(request, text), isTrusted } : { error: notTrusted };
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
    if (!isNameOf(sha256Hash, query)) return { error: otherHash };
    return { ...withQuery(request, query), isTrusted: true };
  };
}

/** Reads what names the document. A hash in hex may be in upper case, and have the prefix `sha256:` as a documentId. */
function readNames(request: RequestParameters): DocumentParameters {
  const { query, documentId, sha256Hash } = readDocumentParameters(request);
  const id = typeof documentId === 'string' ? documentId.replace(/^sha256:/i, '') : documentId;
  return { query, documentId: lowerCaseHash(id), sha256Hash: lowerCaseHash(sha256Hash) };
}

const lowerCaseHash = (id: unknown) => (typeof id === 'string' && /^[\da-f]{64}$/i.test(id) ? id.toLowerCase() : id);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const badRequest = (code: string, message: string): HttpError => ({ status: 400, code, message });

const notTrusted = badRequest(
  'QUERY_NOT_IN_SAFELIST',
  'Only trusted documents run here, and this is none: send one of the manifest, by its documentId, its hash or its unchanged text.',
);

const notFound = badRequest(
  'PERSISTED_QUERY_NOT_FOUND',
  'No trusted document has this documentId: send the text of the document as query.',
);

const malformedId = badRequest('BAD_REQUEST', 'documentId is no string: send the id or the SHA-256 of a document.');

const otherId = badRequest(
  'BAD_REQUEST',
  'The documentId is not that of the query: send one of them, or both of the same document.',
);

const otherHash = badRequest('BAD_REQUEST', 'The sha256Hash is not that of the query: send both of the same document.');
