import { decode, encode, isTransparent } from './fitting/canvas.ts';
import { readSourceFormat } from './fitting/source-format.ts';
import { firstThatFits, jpegSteps, pngSteps } from './fitting/steps.ts';
import { maxImageBytes } from './image-input.ts';

export interface FitImageOptions {
  /** Bytes that the image may have; by default 383,970, which the API stores. */
  maxBytes?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface FittedImage {
  /** The file itself if it fits. If not, a File with the same name and the extension of its type, for a File. */
  image: File | Blob;
  /** In pixels, as it is shown. */
  width: number;
  height: number;
  /** False if `image` is the file itself. */
  changed: boolean;
  /** The file: its bytes, its size as it is shown, and its type, which is empty if the browser does not know it. */
  original: { bytes: number; width: number; height: number; type: string };
}

/**
 * The browser cannot make this file fit: it does not decode the format, such as HEIC in Chrome, or would lose the frames of
 * an animation. The message says what to do.
 */
export class ImageNotDecodableError extends Error {
  override readonly name = 'ImageNotDecodableError';
}

/**
 * Makes an image that is too large as large as it fits, before it is sent: in full size as long as its quality is fair, then
 * smaller, as the API's `image.fit` does. A GIF, JPEG or PNG that fits stays the same object. Others become a JPEG, or a PNG
 * if some pixels are transparent, in sRGB, with the orientation applied and without metadata.
 *
 * For browsers, in pages and workers: Chrome 81, Firefox 105, Safari 16.4. Throws an `ImageNotDecodableError`; the reason of
 * `signal`; a `NotReadableError` if the file is a folder, or has changed.
 */
export async function fitImage(file: Blob, options: FitImageOptions = {}): Promise<FittedImage> {
  const { maxBytes = maxImageBytes, signal } = options;
  signal?.throwIfAborted();
  const { storedType, isAnimated } = await readSourceFormat(file);
  const isSmall = storedType !== undefined && file.size <= maxBytes;
  if (isAnimated && !isSmall)
    throw new ImageNotDecodableError(`An animation would lose its frames here. ${serverAdvice}`);
  const picture = await decodeImage(file, storedType);
  try {
    signal?.throwIfAborted();
    const { width, height } = picture;
    const original = { bytes: file.size, width, height, type: storedType ?? file.type };
    if (isSmall) return { image: file, width, height, changed: false, original };
    const type = storedType !== 'image/jpeg' && isTransparent(picture) ? 'image/png' : 'image/jpeg';
    const steps = type === 'image/png' ? pngSteps(picture) : jpegSteps(picture);
    const fitted = await firstThatFits(steps, maxBytes, async (step) => {
      const blob = await encode(picture, { ...step, type });
      signal?.throwIfAborted();
      return blob;
    });
    if (!fitted) throw new RangeError(`The image has more than ${maxBytes} bytes in any size.`);
    const { blob, step } = fitted;
    return { image: named(blob, file), width: step.width, height: step.height, changed: true, original };
  } finally {
    picture.close();
  }
}

const serverAdvice = 'Send the file with fit: true, and the server makes it fit.';

async function decodeImage(file: Blob, type: string | undefined): Promise<ImageBitmap> {
  try {
    return await decode(file);
  } catch (cause) {
    const format = type ?? (file.type || 'this format');
    throw new ImageNotDecodableError(
      `This browser does not decode ${format}, or the file is damaged. ${serverAdvice}`,
      {
        cause,
      },
    );
  }
}

/** Gives the image the name of its file, with the extension of its type. */
function named(image: Blob, file: Blob): Blob {
  if (!(file instanceof File)) return image;
  const extension = image.type === 'image/png' ? 'png' : 'jpg';
  const name = `${file.name.replace(/\.[^.]{1,5}$/, '')}.${extension}`;
  return new File([image], name, { type: image.type, lastModified: file.lastModified });
}
