import sharp from 'sharp';
import type { RepairedImage, Size } from '../formats/opened-image.ts';
import { firstThatFits, nearest, type Step } from './first-fit.ts';
import { scaleTo } from './picture.ts';

/** Limit of what is encoded: all frames together. */
const maxPixels = 8_000_000;
/** Pixels of a frame below which fewer colours look better than still fewer pixels. */
const fewColoursPixels = 20_000;
const [manyColours, fewColours] = [256, 64];
/** Pixels of a frame. A smaller animation shows nothing. */
const fewestPixels = 4_000;
/** Bytes of a pixel grow with its number of colours to this power. */
const colourWeight = 0.2;
/** How far a pixel may differ from the one of the frame before, which is then left as it is. */
const maxFrameError = 6;
const nextScale = 0.85;

interface FrameStep extends Step {
  size: Size;
  colours: number;
}

type Frames = Awaited<ReturnType<typeof readFrames>>;

export interface Animation {
  size: Size;
  frames: number;
}

/** Scales all frames of a GIF until it has at most `maxBytes`. Returns the bytes of the smallest step if none has. */
export async function fitAnimation({ bytes }: RepairedImage, { size, frames }: Animation, maxBytes: number) {
  const largest = Math.min(size.width * size.height, Math.floor(maxPixels / frames));
  const steps: FrameStep[] = [];
  for (let count = largest; count === largest || count > fewestPixels; count *= nextScale) {
    const colours = count > fewColoursPixels ? manyColours : fewColours;
    const isFirst = count === largest;
    steps.push({
      size: scaleTo(size, count),
      colours: isFirst ? manyColours : colours,
      weight: count * colours ** 0.2,
    });
  }
  const decoded = await readFrames(bytes, scaleTo(size, largest));
  let smallestBytes = Number.POSITIVE_INFINITY;
  const fitted = await firstThatFits({
    steps,
    async encode(step) {
      const encoded = await scaleFrames(decoded, step);
      smallestBytes = Math.min(smallestBytes, encoded.length);
      return encoded;
    },
    maxBytes,
    // Large steps take seconds, and the file tells about how large they become.
    from: nearest(steps, (size.width * size.height * manyColours ** colourWeight * maxBytes) / bytes.length),
  });
  return { fitted, smallestBytes };
}

/** Decodes all frames once, one below the other. */
async function readFrames(bytes: Buffer, size: Size) {
  const options = { animated: true, failOn: 'none', limitInputPixels: false, sequentialRead: true } as const;
  const { delay, loop } = await sharp(bytes, options).metadata();
  const resized = sharp(bytes, options).resize({ ...size, fit: 'fill' });
  const { data, info } = await resized.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const raw = { width, height, channels: 4 as const, pageHeight: size.height };
  const timing = { ...(delay && { delay }), ...(loop !== undefined && { loop }) };
  return { data, raw, timing };
}

/** Keeps the delays and the number of loops. */
function scaleFrames({ data, raw, timing }: Frames, { size, colours }: FrameStep): Promise<Buffer> {
  return sharp(data, { raw, animated: true, limitInputPixels: false })
    .resize({ ...size, fit: 'fill' })
    .gif({ colours, effort: 4, interFrameMaxError: maxFrameError, ...timing })
    .toBuffer();
}
