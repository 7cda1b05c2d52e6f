import { toBase64 } from '../../../../clients/typescript/resources.ts';

/** Size limit of the image service, in bytes before base64; the API rejects more as IMAGE_TOO_LARGE. */
const maxImageBytes = 383_970;

/** The media types that the file dialog offers. */
export const imageTypes = 'image/gif,image/jpeg,image/png';

/** Reads an image file as base64, or explains in a sentence why it cannot be used. */
export async function readImageFile(file: File): Promise<{ base64: string } | { error: string }> {
  if (file.size > maxImageBytes)
    return {
      error: `${file.name} has ${format(file.size)} bytes: an image may have ${format(maxImageBytes)} at most.`,
    };
  const bytes = await readBytes(file);
  if (!bytes) return { error: `${file.name} cannot be read: it is a folder, or has been moved or deleted.` };
  if (!isImage(bytes)) return { error: `${file.name} is no GIF, JPEG or PNG.` };
  return { base64: await toBase64(bytes) };
}

/** Undefined for a folder, which browsers report as a file until it is read, and for a file that no longer exists. */
const readBytes = (file: File) =>
  file.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => undefined,
  );

const format = (count: number) => count.toLocaleString('en-GB');

/** First bytes of GIF, JPEG and PNG. The API checks the rest. */
const signatures = [
  [0x47, 0x49, 0x46, 0x38],
  [0xff, 0xd8, 0xff],
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
];

const isImage = (bytes: Uint8Array) =>
  signatures.some((signature) => signature.every((byte, index) => bytes[index] === byte));
