/** A secret of a run: nothing of it may be found where it does not belong. */
export interface Canary {
  /** What it is called where it was found. */
  name: string;
  /** Parts, any one of which tells too much. */
  pieces: readonly Buffer[];
}

/** What is longer is looked for in pieces, as whoever repeats a secret may cut it: of any 47 bytes one piece is whole. */
const pieceLength = 24;
/** Of an image: more of it would only take longer. */
const maxPieces = 200;

/** A text, also decomposed, as some keyboards write it. */
export function textCanary(name: string, text: string): Canary {
  const texts = [...new Set([text.normalize('NFC'), text.normalize('NFD')])];
  return { name, pieces: texts.flatMap((each) => cut([...each]).map((part) => Buffer.from(part.join('')))) };
}

export function bytesCanary(name: string, bytes: Buffer): Canary {
  return { name, pieces: cut([...bytes]).map((part) => Buffer.from(part)) };
}

/** The last piece is as long as the others, too: what is shorter may be in anything. */
function cut<Unit>(units: readonly Unit[]): Unit[][] {
  const count = Math.min(maxPieces, Math.ceil(units.length / pieceLength));
  return Array.from({ length: count }, (_, nth) => {
    const start = Math.max(0, Math.min(nth * pieceLength, units.length - pieceLength));
    return units.slice(start, start + pieceLength);
  });
}

/** The forms in which a piece may be repeated, each under its name. */
export function formsOf(piece: Buffer): [form: string, bytes: Buffer][] {
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
  const known = new Set<string>([text]);
  const different = forms.filter(([, form]) => !known.has(form) && known.add(form));
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

/** What base64 of something longer holds for sure where the piece stands in it, at each of the three places it can begin. */
function base64Within(piece: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), piece]).toString('base64');
    const bits = (before + piece.length) * 8;
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6));
  });
}
