import { fitImage, ImageNotDecodableError } from '../../../../clients/typescript/fit-image.ts';
import { defaultMaxUploadBytes, toBase64 } from '../../../../clients/typescript/image-input.ts';

/** The media types that the file dialog offers. */
export const imageTypes = 'image/*,.heic,.heif';

/** An image as the variables take it. */
export interface ImageFile {
  base64: string;
  /** The API makes the image fit. */
  fit: boolean;
  /** A sentence about what was done. */
  notice: string;
}

/** Reads an image file, smaller if it is too large, or explains in a sentence why it cannot be used. */
export async function readImageFile(file: File): Promise<ImageFile | { error: string }> {
  if (file.size === 0 || !(await isReadable(file)))
    return {
      error:
        file.size === 0
          ? `${file.name} is empty.`
          : `${file.name} cannot be read: it is a folder, or has been moved or deleted.`,
    };
  if (/svg/.test(file.type) || /\.svgz?$/i.test(file.name))
    return { error: `${file.name} is an SVG: export it as PNG.` };
  try {
    const { image, width, height, changed, original } = await fitImage(file);
    const notice = changed
      ? `${file.name} is in the variables, made to fit here: ${size(original)}, now ${size({ width, height, bytes: image.size })}.`
      : `${file.name} is in the variables.`;
    return { base64: toBase64(await bytesOf(image)), fit: false, notice };
  } catch (error) {
    if (!(error instanceof ImageNotDecodableError)) return { error: `${file.name}: ${messageOf(error)}` };
    return readUndecoded(file);
  }
}

/** Leaves a file that the browser does not decode to the API, which decodes more formats. */
async function readUndecoded(file: File): Promise<ImageFile | { error: string }> {
  const bytes = await bytesOf(file.slice(0, 32));
  if (!isKnownImage(bytes)) return { error: `${file.name} is no image that the API takes.` };
  if (file.size > defaultMaxUploadBytes)
    return {
      error: `${file.name} has ${format(file.size)} bytes, and this browser cannot make it smaller: the API takes ${format(defaultMaxUploadBytes)} at most.`,
    };
  return {
    base64: toBase64(await bytesOf(file)),
    fit: true,
    notice: `${file.name} is in the variables as it is, with fit: true, since this browser cannot make it fit: the API does.`,
  };
}

/** False for a folder, which browsers report as a file until it is read, and for a file that no longer exists. */
const isReadable = (file: File) =>
  file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

/** The first bytes of GIF, JPEG, PNG, RIFF (WebP) and TIFF, and the brand of HEIC and AVIF after the box's length. */
const known = /^(GIF8|\xff\xd8\xff|\x89PNG|RIFF....WEBP|II\*\0|MM\0\*|....ftyp(hei|hev|mif|msf|avi))/s;

const isKnownImage = (bytes: Uint8Array) => known.test(String.fromCharCode(...bytes));

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const format = (count: number) => count.toLocaleString('en-GB');

const size = ({ width, height, bytes }: { width: number; height: number; bytes: number }) =>
  `${width} × ${height} pixels and ${format(Math.ceil(bytes / 1000))} kB`;
