import { type Extension, Frame, graphicControl, readBlocks, startOfBlocks, trailer } from './blocks.ts';

const application = 0xff;
/** The first sub-block of an application extension is its name. These are loops of an animation, and a colour profile. */
const keptApplications = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012']);
/** An extension begins with two bytes, and each sub-block with its length. */
const [nameAt, nameBytes] = [3, 11];

/**
 * Yields a GIF without its metadata. Keeps frames and what they need as they are. Leaves out comments, texts that browsers
 * do not show, other extensions, stray bytes, and what comes after the image. Throws a `DamagedImageError`.
 */
export function* gifParts(bytes: Buffer): Generator<Buffer | undefined> {
  let at = startOfBlocks(bytes);
  yield bytes.subarray(0, at);
  for (const block of readBlocks(bytes, at)) {
    const between = bytes.subarray(at, block.start);
    if (between.length > 0 && isEmpty(between)) yield between;
    yield block instanceof Frame || isKept(block, bytes) ? bytes.subarray(block.start, block.end) : undefined;
    at = block.end;
  }
  yield endOf(bytes.subarray(at));
}

function isKept({ label, start }: Extension, bytes: Buffer): boolean {
  if (label === graphicControl) return true;
  const nameEnd = start + nameAt + nameBytes;
  const isNamed = label === application && bytes[start + nameAt - 1] === nameBytes;
  return isNamed && keptApplications.has(bytes.toString('latin1', start + nameAt, nameEnd));
}

/** Returns the trailer after the last block, or nothing where the file ends without. */
function endOf(rest: Buffer): Buffer {
  const isEnd = rest.length === 0 || (rest.at(-1) === trailer && isEmpty(rest.subarray(0, -1)));
  return isEnd ? rest : Buffer.from([trailer]);
}

/** True for spare zeros, which some encoders write after a frame. */
function isEmpty(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
