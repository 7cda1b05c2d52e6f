const signature = Buffer.from([0xff, 0xd8, 0xff]);
const endOfImage = 0xd9;
const startOfScan = 0xda;
/** Encoders write about ten. Decoders process the whole image for each, so hundreds in a small file take minutes. */
const maxScans = 100;

export const isJpeg = (bytes: Buffer) => bytes.subarray(0, signature.length).equals(signature);

/** True if segments continue to the end-of-image marker, with 1 to `maxScans` scans (ITU T.81, annex B). */
export function jpegReachesEnd(bytes: Buffer): boolean {
  let scans = 0;
  let at = 2;
  while (bytes[at] === 0xff && at + 2 <= bytes.length) {
    const marker = bytes[at + 1];
    if (marker === endOfImage) return scans > 0 && scans <= maxScans;
    if (marker === startOfScan) scans += 1;
    at = marker === 0xff ? at + 1 : afterSegment(bytes, at, marker === startOfScan);
  }
  return false;
}

/** The offset after a segment, and after the entropy-coded data that follow the start of a scan. */
function afterSegment(bytes: Buffer, at: number, isScan: boolean): number {
  if (at + 4 > bytes.length) return bytes.length;
  const next = at + 2 + bytes.readUInt16BE(at + 2);
  return isScan ? nextMarker(bytes, next) : next;
}

/** The offset of the next marker. In entropy-coded data, 0xff is followed by 0 or a restart marker's code. */
function nextMarker(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const follower = bytes[at + 1] ?? 0;
    const isData = follower === 0 || (follower >= 0xd0 && follower <= 0xd7);
    if (!isData) return at;
  }
  return bytes.length;
}
