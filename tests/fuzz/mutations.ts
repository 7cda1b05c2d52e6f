import fc from 'fast-check';

/** A change of a text or of bytes, at a share of the length. */
interface Change<Part> {
  at: number;
  remove: number;
  insert: Part;
}

const changesOf = <Part>(inserted: fc.Arbitrary<Part>, most: number, maxLength = 4) =>
  fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.oneof(fc.constant(0), fc.nat({ max: 3 }), fc.nat({ max: most })),
      insert: inserted,
    }),
    { minLength: 1, maxLength },
  );

/** Generates texts with parts removed, doubled, or replaced by others. */
export function mutatedText(text: string, others: string[]): fc.Arbitrary<string> {
  const inserted = fc.oneof(fc.constant(''), fc.constantFrom(...others), fc.string({ maxLength: 4 }), pieceOf(text));
  return changesOf<string>(inserted, 20).map((changes) =>
    changes.reduce((changed, { at, remove, insert }) => {
      const start = Math.floor(at * changed.length);
      return changed.slice(0, start) + insert + changed.slice(start + remove);
    }, text),
  );
}

const pieceOf = (text: string) =>
  fc.tuple(fc.nat({ max: text.length }), fc.nat({ max: 20 })).map(([at, length]) => text.slice(at, at + length));

/** Values of a byte at which formats change their meaning. */
const notableBytes = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];

/** Generates bytes with parts changed, removed, doubled, cut off at the end, or taken from another file. */
export function mutatedBytes(bytes: Buffer, other: Buffer): fc.Arbitrary<Buffer> {
  const pieces = (from: Buffer) =>
    fc.tuple(fc.nat({ max: from.length }), fc.nat({ max: 40 })).map(([at, length]) => from.subarray(at, at + length));
  const inserted = fc.oneof(
    fc.constant(Buffer.alloc(0)),
    fc.constantFrom(...notableBytes).map((byte) => Buffer.from([byte])),
    fc.uint8Array({ maxLength: 4 }).map((values) => Buffer.from(values)),
    pieces(bytes),
    pieces(other),
  );
  const cuts = fc.oneof(
    { weight: 4, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  );
  return fc.tuple(changesOf<Buffer>(inserted, 60, 2), cuts).map(([changes, share]) => {
    const changed = changes.reduce(apply, bytes);
    return changed.subarray(0, Math.ceil(share * changed.length));
  });
}

function apply(bytes: Buffer, { at, remove, insert }: Change<Buffer>): Buffer {
  const start = Math.floor(at * bytes.length);
  return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
}
