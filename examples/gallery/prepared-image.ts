import { fitImage, ImageNotDecodableError } from '../../clients/typescript/fit-image.ts';
import type { Resource } from '../../clients/typescript/index.ts';
import { formatBytes } from './errors.ts';

/** A picture as it is sent. */
export interface PreparedImage {
  image: Blob;
  /** The browser could not make it fit: the server has to. */
  fit: boolean;
}

/** Makes a file fit before it is sent, which takes a fraction of its bytes. Rejects if it is no file, or on abort. */
export async function prepareImage(file: File, signal: AbortSignal): Promise<PreparedImage> {
  try {
    const { image } = await fitImage(file, { signal });
    return { image, fit: false };
  } catch (error) {
    if (error instanceof ImageNotDecodableError) return { image: file, fit: true };
    if (error instanceof DOMException && error.name === 'NotReadableError')
      throw new Error('This cannot be read: it is a folder, or it was moved or changed.', { cause: error });
    throw error;
  }
}

/** Says how a picture was stored: what became of its file. */
export function describeStored(file: File, { image }: Resource, prepared: PreparedImage): string {
  const stored = `${formatBytes(image.sizeBytes)}, ${image.width} × ${image.height}`;
  if (prepared.image === file && !prepared.fit) {
    return image.sizeBytes === file.size
      ? `Stored as it is: ${stored}.`
      : `Stored without what it said of place, time and camera: ${stored}.`;
  }
  const where = prepared.fit ? 'by the server' : 'before it was sent';
  const type = image.contentType === file.type ? '' : `, as ${image.contentType.replace('image/', '').toUpperCase()}`;
  return `Made to fit ${where}: ${formatBytes(file.size)} became ${stored}${type}.`;
}
