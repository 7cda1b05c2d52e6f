/** An image's bytes, wherever they come from; a File is a Blob. */
export type ImageBytes = Uint8Array | Blob;

/** A multiple of three, so that only the last part ends in padding; small enough for the arguments of one call. */
const partBytes = 24_576;

/** Base64 (RFC 4648, section 4) by what browsers have. */
export async function toBase64(image: ImageBytes): Promise<string> {
  const bytes = image instanceof Blob ? new Uint8Array(await image.arrayBuffer()) : image;
  let text = '';
  for (let start = 0; start < bytes.length; start += partBytes) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + partBytes)));
  }
  return text;
}
