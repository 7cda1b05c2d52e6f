import { createHash } from 'node:crypto';
import { jpegSegment } from '../../subgraphs/resources/images/jpeg/segments.ts';
import { writeTags } from './exiftool.ts';
import { landscape, type Photo, phoneTagNames, phoneTags } from './photo.ts';

const jpeg = () => landscape().jpeg({ quality: 60 }).toBuffer();
const thumbnail = () => landscape().resize(12, 8).jpeg({ quality: 30 }).toBuffer();

/** Application segment of a number. */
const application = (number: number, ...parts: (string | Buffer)[]) =>
  jpegSegment(
    0xe0 + number,
    Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(part, 'latin1')))),
  );

/** Inserts segments after the start of the image. */
const withSegments = (bytes: Buffer, ...segments: Buffer[]) =>
  Buffer.concat([bytes.subarray(0, 2), ...segments, bytes.subarray(2)]);

const orientations = [1, 2, 3, 4, 5, 6, 7, 8].map(
  (orientation): Photo => ({
    file: `orientation-${orientation}.jpg`,
    has: `orientation ${orientation}, and what a phone writes`,
    make: async () => writeTags(await jpeg(), `-EXIF:Orientation#=${orientation}`, ...phoneTags),
    removed: phoneTagNames,
    ...(orientation > 1 && { orientation }),
  }),
);

const xmpName = 'http://ns.adobe.com/xap/1.0/\0';
const extendedXmpName = 'http://ns.adobe.com/xmp/extension/\0';
const xmp = (properties: string) =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description ${properties}/></rdf:RDF></x:xmpmeta>`;

/** XMP in two parts (XMP specification, part 3, section 1.1.3.1). */
function extendedXmp(): Buffer[] {
  const extension = Buffer.from(xmp('xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="London"'));
  const digest = createHash('md5').update(extension).digest('hex').toUpperCase();
  const main = xmp(`xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="${digest}"`);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(extension.length);
  return [application(1, xmpName, main), application(1, extendedXmpName, digest, lengths, extension)];
}

/** JFIF with a thumbnail of 2 by 2 pixels in red, green and blue, and an extension (JFXX) with a JPEG. */
async function withJfifThumbnails(): Promise<Buffer> {
  const bytes = await jpeg();
  const jfif = application(0, 'JFIF\0\x01\x02\0\0\x01\0\x01\x02\x02', Buffer.alloc(12, 0x80));
  return withSegments(bytes, jfif, application(0, 'JFXX\0\x10', await thumbnail()));
}

/** Writes the tags of a phone, with an orientation and a maker note. */
function withMakerNote(bytes: Buffer): Promise<Buffer> {
  return writeTags(bytes, '-EXIF:Orientation#=3', '-EXIF:MakerNoteUnknownText=SERIAL SN-0042-SECRET', ...phoneTags);
}

/** An index of two pictures (CIPA DC-007), of which the second comes after the image. */
async function multiPicture(): Promise<Buffer> {
  const [first, second] = [await jpeg(), await withMakerNote(await thumbnail())];
  const index = Buffer.alloc(8 + 2 + 3 * 12 + 4 + 32);
  index.write('MM\0*', 'latin1');
  index.writeUInt32BE(8, 4);
  index.writeUInt16BE(3, 8);
  const entries = [
    [0xb000, 7, 4, 0x30313030],
    [0xb001, 4, 1, 2],
    [0xb002, 7, 32, 50],
  ];
  for (const [at, [tag = 0, type = 0, count = 0, value = 0]] of entries.entries()) {
    index.writeUInt16BE(tag, 10 + 12 * at);
    index.writeUInt16BE(type, 12 + 12 * at);
    index.writeUInt32BE(count, 14 + 12 * at);
    index.writeUInt32BE(value, 18 + 12 * at);
  }
  const segmentBytes = 4 + 4 + index.length;
  const firstBytes = first.length + segmentBytes;
  index.writeUInt32BE(0x20030000, 50);
  index.writeUInt32BE(firstBytes, 54);
  index.writeUInt32BE(0x00020002, 66);
  index.writeUInt32BE(second.length, 70);
  // From the index's own beginning: start of image, marker, length and name come before it.
  index.writeUInt32BE(firstBytes - 10, 74);
  return Buffer.concat([withSegments(first, application(2, 'MPF\0', index)), second]);
}

/** A film (ISO base media) after the image, as Android writes it. */
async function motionPhoto(): Promise<Buffer> {
  const film = Buffer.concat([
    box('ftyp', 'mp42\0\0\0\0mp42isom'),
    box('moov', box('udta', box('\xa9xyz', '\0\x15\x15\xc7+51.4975-000.1357/'))),
    box('mdat', 'film'),
  ]);
  const google =
    'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1"';
  const tagged = await writeTags(await jpeg(), '-EXIF:Orientation#=6', ...phoneTags);
  return Buffer.concat([withSegments(tagged, application(1, xmpName, xmp(google))), film]);
}

function box(name: string, content: string | Buffer): Buffer {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length + 8);
  return Buffer.concat([length, Buffer.from(name, 'latin1'), bytes]);
}

/** The trailer that Samsung's cameras write after the image. */
function samsungTrailer(): Buffer {
  const [name, text] = ['Image_UTC_Data', '1747474860000'];
  const block = Buffer.alloc(8);
  block.writeUInt16LE(0x0a01, 2);
  block.writeUInt32LE(name.length, 4);
  const data = Buffer.concat([block, Buffer.from(name + text)]);
  const head = Buffer.alloc(12 + 12);
  head.write('SEFH');
  head.writeUInt32LE(101, 4);
  head.writeUInt32LE(1, 8);
  head.writeUInt16LE(0x0a01, 14);
  head.writeUInt32LE(data.length, 16);
  head.writeUInt32LE(data.length, 20);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([data, head, length, Buffer.from('SEFT')]);
}

export const jpegPhotos: Photo[] = [
  ...orientations,
  {
    file: 'plain.jpg',
    has: 'nothing to remove',
    make: jpeg,
    isUnchanged: true,
    removed: [],
  },
  {
    file: 'only-orientation.jpg',
    has: 'EXIF with nothing but an orientation',
    make: async () =>
      withSegments(
        await jpeg(),
        application(1, 'Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0'),
      ),
    isUnchanged: true,
    removed: [],
    orientation: 8,
  },
  {
    file: 'position.jpg',
    has: 'position, height, direction and time of GPS',
    make: async () =>
      writeTags(
        await jpeg(),
        '-EXIF:GPSLatitude=51.4975',
        '-EXIF:GPSLatitudeRef=N',
        '-EXIF:GPSLongitude=0.1357',
        '-EXIF:GPSLongitudeRef=W',
        '-EXIF:GPSAltitude=12',
        '-EXIF:GPSImgDirection=270',
        '-EXIF:GPSTimeStamp=09:41:00',
        '-EXIF:GPSDateStamp=2026:05:17',
      ),
    removed: [
      'EXIF:GPS:GPSLatitude',
      'EXIF:GPS:GPSLongitude',
      'EXIF:GPS:GPSAltitude',
      'EXIF:GPS:GPSImgDirection',
      'EXIF:GPS:GPSTimeStamp',
      'EXIF:GPS:GPSDateStamp',
    ],
  },
  {
    file: 'owner.jpg',
    has: 'names of the owner, and serial numbers of camera and lens',
    make: async () =>
      writeTags(
        await jpeg(),
        '-EXIF:OwnerName=Ada Lovelace',
        '-EXIF:Artist=Ada Lovelace',
        '-EXIF:Copyright=Ada Lovelace',
        '-EXIF:XPAuthor=Ada Lovelace',
        '-EXIF:SerialNumber=SN-0042-SECRET',
        '-EXIF:LensSerialNumber=LN-7',
        '-EXIF:ImageUniqueID=0123456789abcdef0123456789abcdef',
        '-EXIF:UserComment=At home',
        '-EXIF:HostComputer=ada-laptop',
      ),
    removed: [
      'EXIF:ExifIFD:OwnerName',
      'EXIF:IFD0:Artist',
      'EXIF:IFD0:Copyright',
      'EXIF:IFD0:XPAuthor',
      'EXIF:ExifIFD:SerialNumber',
      'EXIF:ExifIFD:LensSerialNumber',
      'EXIF:ExifIFD:ImageUniqueID',
      'EXIF:ExifIFD:UserComment',
      'EXIF:IFD0:HostComputer',
    ],
  },
  {
    file: 'maker-note.jpg',
    has: 'a maker note',
    make: async () => withMakerNote(await jpeg()),
    removed: [...phoneTagNames, 'EXIF:ExifIFD:MakerNoteUnknownText'],
    orientation: 3,
  },
  {
    file: 'thumbnails.jpg',
    has: 'thumbnails in JFIF and JFXX',
    make: withJfifThumbnails,
    removed: ['JFIF:ThumbnailTIFF', 'JFIF:JFXX:ThumbnailImage'],
  },
  {
    file: 'xmp.jpg',
    has: 'XMP: author, position, rating',
    make: async () =>
      writeTags(
        await jpeg(),
        '-XMP-dc:Creator=Ada Lovelace',
        '-XMP-exif:GPSLatitude=51.4975',
        '-XMP-exif:GPSLongitude=-0.1357',
        '-XMP-xmp:Rating=5',
      ),
    removed: ['XMP:XMP-dc:Creator', 'XMP:XMP-exif:GPSLatitude', 'XMP:XMP-exif:GPSLongitude', 'XMP:XMP-xmp:Rating'],
  },
  {
    file: 'extended-xmp.jpg',
    has: 'XMP in two parts',
    make: async () => withSegments(await jpeg(), ...extendedXmp()),
    removed: ['XMP:XMP-xmpNote:HasExtendedXMP', 'XMP:XMP-photoshop:City'],
  },
  {
    file: 'iptc.jpg',
    has: 'IPTC and other resources of Photoshop',
    make: async () =>
      writeTags(
        await jpeg(),
        '-IPTC:By-line=Ada Lovelace',
        '-IPTC:City=London',
        '-IPTC:Caption-Abstract=At home',
        '-Photoshop:URL=https://example.com/ada',
      ),
    removed: ['IPTC:By-line', 'IPTC:City', 'IPTC:Caption-Abstract', 'Photoshop:URL'],
  },
  {
    file: 'comments.jpg',
    has: 'comments',
    make: async () =>
      withSegments(await writeTags(await jpeg(), '-Comment=Taken by Ada at home'), jpegSegment(0xfe, Buffer.alloc(0))),
    removed: ['File:Comment'],
  },
  {
    file: 'cmyk.jpg',
    has: 'CMYK, and what a phone writes',
    make: async () =>
      writeTags(
        await landscape().toColourspace('cmyk').jpeg({ quality: 60 }).toBuffer(),
        '-EXIF:Orientation#=5',
        ...phoneTags,
      ),
    removed: phoneTagNames,
    orientation: 5,
    kept: ['APP14:Adobe:ColorTransform'],
  },
  {
    file: 'progressive.jpg',
    has: 'progressive, and what a phone writes',
    make: async () =>
      writeTags(
        await landscape().jpeg({ quality: 60, progressive: true }).toBuffer(),
        '-EXIF:Orientation#=6',
        ...phoneTags,
      ),
    removed: phoneTagNames,
    orientation: 6,
  },
  {
    file: 'grey.jpg',
    has: 'one colour component, and what a phone writes',
    make: async () => writeTags(await landscape().toColourspace('b-w').jpeg({ quality: 60 }).toBuffer(), ...phoneTags),
    removed: phoneTagNames,
  },
  {
    file: 'colour-profile.jpg',
    has: 'a colour profile (Display P3), and what a phone writes',
    make: async () => writeTags(await landscape().withIccProfile('p3').jpeg({ quality: 60 }).toBuffer(), ...phoneTags),
    removed: phoneTagNames,
    kept: ['ICC_Profile:ProfileDescription'],
  },
  {
    file: 'two-pictures.jpg',
    has: 'a second picture with a maker note (MPO)',
    make: multiPicture,
    removed: ['MPF:MPF0:NumberOfImages', 'MPF:MPImage2:MPImageLength'],
  },
  {
    file: 'motion-photo.jpg',
    has: 'a film after the image, with its position',
    make: motionPhoto,
    removed: [...phoneTagNames, 'XMP:XMP-GCamera:MotionPhoto'],
    orientation: 6,
  },
  {
    file: 'samsung-trailer.jpg',
    has: 'the time in a trailer of Samsung',
    make: async () => Buffer.concat([await jpeg(), samsungTrailer()]),
    removed: ['MakerNotes:Samsung:TimeStamp'],
  },
  {
    file: 'vendor-segments.jpg',
    has: 'application segments of vendors: APP3 to APP12 and APP15',
    make: async () =>
      withSegments(
        await jpeg(),
        application(3, 'Meta\0\0'),
        application(4, 'Scalado'),
        application(5, 'RMETA\0'),
        application(6, 'GoPro\0'),
        application(7, 'PENTAX \0'),
        application(8, 'SPIFF\0\x01\0\0\x01\0\0\x01\0\0\x01\0\x01\0\0\0\0\0\0\0\0\0\0'),
        application(9, 'Media Jukebox\0'),
        application(10, 'UNICODE\0', 'At home'),
        application(11, 'JP\0\x01\0\0\0\x01\0\0\0\x08jumb'),
        application(12, '[picture info]\rSerial=SN-0042-SECRET\rCamera=Phone 7\r'),
        application(15, 'Q 60'),
      ),
    removed: ['APP12:PictureInfo:Serial', 'APP15:GraphConv:Quality'],
  },
];
