/** The format of a file, by its first bytes. */
export interface SourceFormat {
  /** The media type, if the API stores it as it is. */
  storedType: 'image/gif' | 'image/jpeg' | 'image/png' | undefined;
  /** A browser would keep its first frame alone. */
  isAnimated: boolean;
}

const pngSignature = '\x89PNG\r\n\x1a\n';

/** Reads the first bytes of a file, whatever its name and its `type` say. */
export async function readSourceFormat(file: Blob): Promise<SourceFormat> {
  const start = await readText(file, 0, 16);
  if (start.startsWith('GIF8')) return { storedType: 'image/gif', isAnimated: true };
  if (start.startsWith('\xff\xd8\xff')) return { storedType: 'image/jpeg', isAnimated: false };
  if (start.startsWith(pngSignature)) return { storedType: 'image/png', isAnimated: await isAnimatedPng(file) };
  return { storedType: undefined, isAnimated: false };
}

/** An animated PNG has a chunk `acTL` before its first `IDAT` (PNG specification, third edition, section 11.3.6). */
async function isAnimatedPng(file: Blob): Promise<boolean> {
  let position = pngSignature.length;
  while (position < file.size) {
    const chunk = await readText(file, position, 8);
    const [type, length] = [chunk.slice(4), [...chunk.slice(0, 4)].reduce((sum, byte) => sum * 256 + code(byte), 0)];
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
    position += 12 + length;
  }
  return false;
}

const code = (character: string) => character.charCodeAt(0);

/** Reads bytes as characters of one byte each. */
async function readText(file: Blob, start: number, length: number): Promise<string> {
  return String.fromCharCode(...new Uint8Array(await file.slice(start, start + length).arrayBuffer()));
}
