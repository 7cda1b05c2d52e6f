/** A secret that the search looks for in logs, responses and files. */
export interface Secret {
  /** Its name in reports. */
  name: string;
  /** Parts, each of which counts as a leak. */
  pieces: readonly Buffer[];
}

/** Longer secrets are searched in pieces, as a leak may be truncated: any 47 bytes contain a whole piece. */
const pieceLength = 24;
/** Bound for images, whose further pieces would only take longer. */
const maxPieces = 200;

/** A text, in NFC and NFD. */
export function textSecret(name: string, text: string): Secret {
  const texts = [...new Set([text.normalize('NFC'), text.normalize('NFD')])];
  return { name, pieces: texts.flatMap((each) => cut([...each]).map((part) => Buffer.from(part.join('')))) };
}

export function bytesSecret(name: string, bytes: Buffer): Secret {
  return { name, pieces: cut([...bytes]).map((part) => Buffer.from(part)) };
}

/** Cuts into pieces of equal length: the last overlaps the one before it, as a short piece would match by chance. */
function cut<Unit>(units: readonly Unit[]): Unit[][] {
  const count = Math.min(maxPieces, Math.ceil(units.length / pieceLength));
  return Array.from({ length: count }, (_, nth) => {
    const start = Math.max(0, Math.min(nth * pieceLength, units.length - pieceLength));
    return units.slice(start, start + pieceLength);
  });
}

/** The encodings of a piece in which it may leak, each with its name. */
function formsOf(piece: Buffer): [form: string, bytes: Buffer][] {
  const text = piece.toString();
  const isText = Buffer.from(text).equals(piece);
  const inBase64 = base64Within(piece);
  const forms: [string, string][] = [
    ...inBase64.map((form): [string, string] => ['base64', form]),
    ...inBase64.map((form): [string, string] => ['base64, URL-encoded', encodeURIComponent(form)]),
    ...inBase64.map((form): [string, string] => ['base64url', form.replaceAll('+', '-').replaceAll('/', '_')]),
    ['hex', piece.toString('hex')],
    ['hex', piece.toString('hex').toUpperCase()],
    ['list of bytes', [...piece].join(',')],
    ...(isText ? textForms(text) : []),
  ];
  const seen = new Set<string>([text]);
  const different = forms.filter(([, form]) => !seen.has(form) && seen.add(form));
  return [['plain', piece], ...different.map(([name, form]): [string, Buffer] => [name, Buffer.from(form)])];
}

function textForms(text: string): [string, string][] {
  const json = JSON.stringify(text).slice(1, -1);
  const asciiJson = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const url = encodeURIComponent(text);
  return [
    ['JSON-escaped', json],
    ['JSON-escaped', asciiJson],
    ['JSON-escaped twice', JSON.stringify(json).slice(1, -1)],
    ['URL-encoded', url],
    ['URL-encoded', url.replaceAll('%20', '+')],
    ['URL-encoded', url.replace(/%../g, (encoded) => encoded.toLowerCase())],
  ];
}

/** The part of a longer text's base64 that the piece alone determines, for each of its three alignments. */
function base64Within(piece: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const unredacted = Buffer.concat([Buffer.alloc(before), piece]).toString('base64');
    const bits = (before + piece.length) * 8;
    return unredacted.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6));
  });
}

/** Finds secrets in bytes. Gives for each its name, its encoding and the text before it. */
export type FindSecrets = (bytes: Buffer) => string[];

interface Needle {
  name: string;
  bytes: Buffer;
}

const startBytes = 4;
/** Anything shorter would match by chance. */
const minBytes = 12;

/** Searches for all secrets in every encoding at once. */
export function createSearch(secrets: Iterable<Secret>): FindSecrets {
  const byStart = new Map<number, Needle[]>();
  for (const { name, pieces } of secrets) {
    for (const [form, bytes] of pieces.flatMap(formsOf)) {
      if (bytes.length < minBytes) throw new Error(`${name} is too short to be searched for as ${form}.`);
      const start = bytes.readInt32LE();
      byStart.set(start, [...(byStart.get(start) ?? []), { name: `${name}, ${form}`, bytes }]);
    }
  }
  return (bytes) => {
    const found = new Map<string, number>();
    for (let at = 0; at + startBytes <= bytes.length; at += 1) {
      for (const { name, bytes: wanted } of byStart.get(bytes.readInt32LE(at)) ?? []) {
        if (!found.has(name) && bytes.subarray(at, at + wanted.length).equals(wanted)) found.set(name, at);
      }
    }
    return [...found].map(([name, at]) => `${name}, after ${JSON.stringify(before(bytes, at))}`);
  };
}

/** The printable text before a match. */
function before(bytes: Buffer, at: number): string {
  return bytes
    .subarray(Math.max(0, at - 60), at)
    .toString('latin1')
    .replace(/[^ -~]/g, ' ');
}

/** Something to search: a log, a response or a file. */
export interface Output {
  name: string;
  bytes: Buffer;
}

/** Searches all outputs. Gives a line for each secret found. */
export function findIn(places: readonly Output[], find: FindSecrets): string[] {
  return places.flatMap(({ name, bytes }) => find(bytes).map((what) => `${name}: ${what}`));
}
