import type { IncomingMessage } from 'node:http';
import { createBodyAdmission, type ReadResult, type UploadType } from '../http/bodies/body-admission.ts';
import { type BodyLimit, tooLarge } from '../http/bodies/body-errors.ts';
import { createJsonReader, type ExpectedBody } from '../http/bodies/json-reader.ts';
import { defaultSlotLimits, type UploadSlotLimits } from '../http/bodies/upload-slots.ts';
import type { HttpError } from '../http/responses.ts';
import { createMultipartReader, isMultipart } from './multipart/multipart-reader.ts';

export interface UploadSettings {
  json: UploadType;
  /** Takes files by the GraphQL multipart request specification; not by default. */
  multipart?: UploadType;
  /** `defaultSlotLimits` by default. */
  slots?: Partial<UploadSlotLimits>;
}

export interface BodySettings {
  /** Limit of a body after decompression; `defaultMaxBodyBytes` by default. */
  maxBodyBytes?: number;
  /** Limits of larger bodies, which are none by default. */
  uploads?: UploadSettings;
}

export const defaultMaxBodyBytes = 2 * 1024 * 1024;

export interface BodyReader {
  /** Limit of a request that nothing else limits. */
  ordinaryLimit: BodyLimit;
  /** Tells a request that is read as a GraphQL multipart request. */
  hasFiles: (req: IncomingMessage) => boolean;
  /** Reads the operation of a POST request. */
  read: (body: Omit<ExpectedBody, 'upload'>) => Promise<ReadResult<object>>;
  /** Returns the error of a document that is too long. */
  checkDocument: (document: unknown) => HttpError | undefined;
}

/** Creates the reader of a server's requests, by their content type. */
export function createBodyReader({ maxBodyBytes = defaultMaxBodyBytes, uploads }: BodySettings): BodyReader {
  const admit = createBodyAdmission({ slots: { ...defaultSlotLimits, ...uploads?.slots } });
  const readJson = createJsonReader(admit);
  const readMultipart = createMultipartReader(admit);
  const ordinaryLimit = { maxBytes: maxBodyBytes };
  const documentTooLarge = tooLarge({ ...ordinaryLimit, hint: 'Put files into variables, not into the document.' });
  const hasFiles = ({ method, headers }: IncomingMessage) =>
    uploads?.multipart !== undefined && method === 'POST' && isMultipart(headers['content-type']);

  return {
    ordinaryLimit,
    hasFiles,
    read: (body) =>
      hasFiles(body.req)
        ? readMultipart({ ...body, upload: uploads?.multipart })
        : readJson({ ...body, upload: uploads?.json }),
    // Only variables may be longer than bodies without uploads: a document is read several times.
    checkDocument: (document) =>
      typeof document === 'string' && document.length > maxBodyBytes ? documentTooLarge : undefined,
  };
}
