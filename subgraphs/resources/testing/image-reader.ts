import { captureLog } from '../../../tests/support/captured-log.ts';
import { createImageReader, type DecodedImage, type ImageInput } from '../images/image-reader.ts';
import { inlineDecoder } from './inline-decoder.ts';

/** Creates a function that reads images of one user, and decodes them in this process. */
export function readerOf(maxBytes: number): (input: ImageInput) => Promise<DecodedImage> {
  const read = createImageReader({ maxBytes, decoder: inlineDecoder, log: captureLog().log });
  return (input) => read(input, { viewerId: 'a user', requestId: 'a request' });
}
