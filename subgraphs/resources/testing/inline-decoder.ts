import { decodeImage } from '../images/decode-image.ts';
import type { ImageDecoder } from '../images/decoder-process.ts';

/**
 * Decodes in this process, as the decoder process does in its own. For tests that start many subgraphs: a process for
 * each would take most of their time.
 */
export const inlineDecoder: ImageDecoder = {
  decode: (image) => decodeImage(image),
  // Holds nothing, so several subgraphs may share it.
  close() {},
};
