/** What the image service takes, in bytes before base64; the API refuses more with IMAGE_TOO_LARGE. */
const maxImageBytes = 383_970;

/** What the file dialog offers. */
export const imageTypes = 'image/gif,image/jpeg,image/png';

/** A file's bytes in base64, or what is wrong with it, in a sentence. */
export async function readImageFile(file: File): Promise<{ data: string } | { problem: string }> {
  if (file.size > maxImageBytes)
    return {
      problem: `${file.name} has ${inWords(file.size)} bytes: an image may have ${inWords(maxImageBytes)} at most.`,
    };
  const bytes = await readBytes(file);
  if (!bytes) return { problem: `${file.name} cannot be read: it is a folder, or no longer where it was.` };
  if (!isImage(bytes)) return { problem: `${file.name} is no GIF, JPEG or PNG.` };
  return { data: toBase64(bytes) };
}

/** Undefined for a folder, which browsers take for a file until it is read, and for what has been moved since. */
const readBytes = (file: File) =>
  file.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => undefined,
  );

const inWords = (count: number) => count.toLocaleString('en-GB');

/** The first bytes of the formats that are taken. Whether the rest is whole, the API finds out. */
const signatures = [
  [0x47, 0x49, 0x46, 0x38],
  [0xff, 0xd8, 0xff],
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
];

const isImage = (bytes: Uint8Array) =>
  signatures.some((signature) => signature.every((byte, index) => bytes[index] === byte));

/** In pieces: a call takes some tens of thousands of arguments only. */
function toBase64(bytes: Uint8Array): string {
  const pieceBytes = 8_192;
  let text = '';
  for (let start = 0; start < bytes.length; start += pieceBytes)
    text += String.fromCharCode(...bytes.subarray(start, start + pieceBytes));
  return btoa(text);
}
