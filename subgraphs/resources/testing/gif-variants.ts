import { gifCodes, gifFrame, type ImageVariant, packGifCodes } from './images.ts';

const [width, height] = [8, 6];
const size = { width, height };
const frame = gifFrame(size);
const trailer = Buffer.from([0x3b]);
const delay = Buffer.from([0x21, 0xf9, 4, 0, 10, 0, 0, 0]);

/** A graphic control extension of any length; others than 4 are invalid. */
const control = (length: number) => Buffer.from([0x21, 0xf9, length, ...Array<number>(length).fill(0), 0]);

/** The header: signature, logical screen of that size, two colours. */
const screen = (screenWidth = width, screenHeight = height) =>
  Buffer.from([...Buffer.from('GIF89a'), screenWidth, 0, screenHeight, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);

const gif = (...parts: (Buffer | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const original = gif(screen(), frame, trailer);

/** A frame of one data block with these codes; its end is missing. */
function unterminated(codes: number[], claimed = 0): Buffer {
  const data = packGifCodes(codes);
  return Buffer.concat([frame.subarray(0, 11), Buffer.from([claimed || data.length]), data]);
}

const codes = gifCodes(width * height);

/** Files of which browsers show the first frame as in the original, with its size. */
export function wholeGifs(): ImageVariant[] {
  const files: [string, Buffer][] = [
    ['a screen of 0 by 0', gif(screen(0, 0), frame, trailer)],
    ['a screen of width 0', gif(screen(0, height), frame, trailer)],
    ['a screen of height 0', gif(screen(width, 0), frame, trailer)],
    ['a screen smaller than its first frame', gif(screen(4, 3), frame, trailer)],
    ['a screen smaller than both of its frames', gif(screen(4, 3), frame, frame, trailer)],
    ['a spare 0 between its frames', gif(screen(), frame, [0], frame, trailer)],
    ['several spare 0 between its frames', gif(screen(), frame, [0, 0, 0], delay, frame, trailer)],
    ['a spare 0 after its frame', gif(screen(), frame, [0], trailer)],
    ['stray bytes after its frame', gif(screen(), frame, [1, 0x20, 0xff], trailer)],
    ['stray bytes after its frame that look like a frame', gif(screen(), frame, Buffer.from('a,b'), trailer)],
    ['stray bytes that look like a frame and no trailer', gif(screen(), frame, Buffer.from('a, b, c, and so on'))],
    ['stray bytes and half a frame', gif(screen(), frame, Buffer.from('stray'), frame.subarray(0, 20))],
    ['stray bytes between its frames', gif(screen(), frame, Buffer.from('stray'), frame, trailer)],
    ['no trailer', gif(screen(), frame)],
    ['two frames and no trailer', gif(screen(), delay, frame, delay, frame)],
    ['a cut extension after its frame', gif(screen(), frame, delay.subarray(0, 4))],
    ['no end of its data and no trailer', gif(screen(), unterminated(codes))],
    ['no end of its data', gif(screen(), unterminated(codes), trailer)],
    ['a data block longer than the file', gif(screen(), unterminated(codes, 255), trailer)],
    ['no end code', gif(screen(), unterminated(codes.slice(0, -1)), [0], trailer)],
    ['trailing bytes', gif(original, [1, 2, 3])],
    ['another GIF after it', gif(original, original)],
    ['unknown extensions', gif(screen(), [0x21, 0x77, 2, 1, 2, 0], [0x21, 0xfe, 0], frame, trailer)],
    ['a second frame outside of the screen', gif(screen(), frame, gifFrame({ ...size, left: 100, top: 100 }), trailer)],
    ['a graphic control extension of 5 bytes after its frame', gif(screen(), frame, control(5), trailer)],
    ['a second frame of 0 by 0', gif(screen(), frame, gifFrame({ width: 0, height: 0 }), trailer)],
  ];
  return files.map(([name, bytes]) => ({ name: `a GIF with ${name}`, original, bytes }));
}

/** Files that lack pixels of their first frame, or whose pixels browsers do not show. */
export function incompleteGifs(): ImageVariant[] {
  const cut = frame.subarray(0, 20);
  const files: [string, Buffer][] = [
    ['no frame', gif(screen(), trailer)],
    ['an extension alone', gif(screen(), delay, trailer)],
    ['half a screen', screen().subarray(0, 9)],
    ['half of its colours', screen().subarray(0, 16)],
    ['half of its frame', gif(screen(), cut)],
    ['half of its frame and a trailer', gif(screen(), cut, [0], trailer)],
    ['the beginning of its frame', gif(screen(), frame.subarray(0, 8))],
    ['one pixel missing', gif(screen(), gifFrame({ ...size, encoded: width * height - 1 }), trailer)],
    ['a row missing', gif(screen(), gifFrame({ ...size, encoded: width * (height - 1) }), trailer)],
    ['a frame without data', gif(screen(), frame.subarray(0, 11), [0], trailer)],
    ['a frame of 0 by 0 alone', gif(screen(), gifFrame({ width: 0, height: 0 }), trailer)],
    ['a spare 0 before its frame', gif(screen(), [0], frame, trailer)],
    ['a spare 0 between an extension and its frame', gif(screen(), delay, [0], frame, trailer)],
    ...[1, 3, 5].map((length): [string, Buffer] => [
      `a graphic control extension of ${length} bytes`,
      gif(screen(), control(length), frame, trailer),
    ]),
    ['a graphic control extension of two blocks', gif(screen(), delay.subarray(0, -1), [1, 0, 0], frame, trailer)],
    ['stray bytes before its frame', gif(screen(), [1, 2], frame, trailer)],
  ];
  return files.map(([name, bytes]) => ({ name: `a GIF with ${name}`, original, bytes }));
}

/** Files that lack pixels of their second frame, of which browsers show the first. */
export function gifsWithIncompleteSecondFrame(): ImageVariant[] {
  const files: [string, Buffer][] = [
    ['its second frame cut at its beginning', gif(screen(), frame, frame.subarray(0, 8))],
    ['its second frame cut after a spare 0', gif(screen(), frame, [0], frame.subarray(0, 20))],
    ['its second frame cut', gif(screen(), frame, frame.subarray(0, 20))],
    ['a row of its second frame missing', gif(screen(), frame, gifFrame({ ...size, encoded: 40 }), trailer)],
    ['a second frame without data', gif(screen(), frame, frame.subarray(0, 11), [0], trailer)],
  ];
  return files.map(([name, bytes]) => ({ name: `a GIF with ${name}`, original, bytes }));
}
