import { detectForeignFormat, type ForeignFormat, signatureBytes } from './formats/sent-format.ts';
import { detectImageType, type ImageType, imageTypes } from './image-format.ts';

/** The type that the first bytes of an image tell: one that is stored, or one that is converted or rejected. */
export interface SentType {
  type: ImageType | undefined;
  foreign: ForeignFormat | undefined;
}

export function readSentType(bytes: Buffer): SentType {
  const type = detectImageType(bytes);
  return { type, foreign: type ? undefined : detectForeignFormat(bytes) };
}

/** Reads the type of an image in base64, whose other characters may be invalid. */
export function readEncodedType(base64: string): SentType {
  return readSentType(Buffer.from(base64.slice(0, signatureBytes), 'base64'));
}

/** The content type of an image in base64 that is stored, with `fit` or without. */
export function detectSentType(base64: string): string | undefined {
  const { type, foreign } = readEncodedType(base64);
  return type ?? (foreign?.decodedAs && foreign.contentType);
}

export interface Declared {
  contentType?: string | null;
  fit?: boolean;
}

/** Says why an image of this type is not accepted, as a sentence for clients; undefined if it is. */
export function typeProblem({ type, foreign }: SentType, { contentType, fit = false }: Declared): string | undefined {
  if (!type && !(fit && foreign?.decodedAs))
    return `image.data is not an image of a supported type ${detailOf(foreign)}`;
  const sent = type ?? foreign?.contentType;
  const names = [sent, foreign?.otherType];
  if (contentType === undefined || contentType === null || names.includes(contentType)) return undefined;
  return `image.contentType does not match image.data, which is ${sent}: set it to that, or leave it out.`;
}

function detailOf(foreign: ForeignFormat | undefined): string {
  const supported = `(${imageTypes.join(', ')})`;
  return foreign ? `${supported}: it is ${foreign.name}. ${foreign.remedy}` : `${supported}.`;
}
