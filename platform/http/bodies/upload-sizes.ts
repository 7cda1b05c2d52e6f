import { wholeNumber } from '../../process/environment.ts';
import type { UploadType } from './body-admission.ts';

/** Limit of any body by default; a larger one is an upload. */
export const maxBodyBytes = 1024 * 1024;

/** Limit of the files of one request together, by default. */
export const defaultMaxUploadBytes = 16 * 1024 * 1024;

/** Everything in the request that is not a file. */
const besideFilesBytes = 64 * 1024;
/** The operation that the gateway writes for a subgraph may be longer than the client's. */
const rewrittenBytes = 1024 * 1024;

/** The environment variable of processes that files pass through. */
export const uploadVariables = {
  MAX_UPLOAD_BYTES: wholeNumber({ min: maxBodyBytes, max: 48 * 1024 * 1024 })
    .prefault(String(defaultMaxUploadBytes))
    .describe('Largest files of one request, before base64; only with a valid access token if over 1 MiB.'),
};

/** Limits of bodies that carry files of this size in total. */
export function uploadTypes(
  maxUploadBytes = defaultMaxUploadBytes,
): Record<'json' | 'multipart' | 'subgraph', UploadType> {
  const base64Bytes = Math.ceil(maxUploadBytes / 3) * 4;
  const json = base64Bytes + besideFilesBytes;
  return {
    json: { maxBytes: json, expansion: 1 },
    multipart: { maxBytes: maxUploadBytes + besideFilesBytes, expansion: 4 / 3 },
    subgraph: { maxBytes: json + rewrittenBytes, expansion: 1 },
  };
}
