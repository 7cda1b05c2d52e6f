/**
 * Counts the bytes that stay when everything but the coded pixels is left out of a JPEG or PNG: the stored image has no
 * fewer. 0 for anything else, of which only the API says what stays.
 */
export function codedBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length > 8 && view.getUint32(0) === 0x89504e47) return pngDataBytes(view);
  if (bytes.length > 4 && view.getUint16(0) === 0xffd8) return jpegScanBytes(bytes, view);
  return 0;
}

const idat = 0x49444154;

/** Adds up the contents of all IDAT chunks. */
function pngDataBytes(view: DataView): number {
  let total = 0;
  for (let position = 8; position + 8 <= view.byteLength; ) {
    const length = view.getUint32(position);
    if (view.getUint32(position + 4) === idat) total += length;
    position += 12 + length;
  }
  return Math.min(total, view.byteLength);
}

const [startOfScan, endOfImage] = [0xffda, 0xffd9];

/** The distance from the first scan to the first end of an image, which coded data do not contain. */
function jpegScanBytes(bytes: Uint8Array, view: DataView): number {
  let position = 2;
  while (position + 4 <= bytes.length && view.getUint16(position) !== startOfScan) {
    if (view.getUint8(position) !== 0xff) return 0;
    position += 2 + view.getUint16(position + 2);
  }
  for (
    let end = bytes.indexOf(0xff, position);
    end >= 0 && end + 1 < bytes.length;
    end = bytes.indexOf(0xff, end + 1)
  ) {
    if (view.getUint16(end) === endOfImage) return end - position;
  }
  return 0;
}
