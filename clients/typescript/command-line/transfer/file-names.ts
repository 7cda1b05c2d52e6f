import type { Resource } from '../../node.ts';

const extensions: Record<string, { own: string; others: RegExp }> = {
  'image/gif': { own: '.gif', others: /\.gif$/i },
  'image/jpeg': { own: '.jpg', others: /\.(jpe?g|jpe|jfif)$/i },
  'image/png': { own: '.png', others: /\.a?png$/i },
};

/** In UTF-8. File systems take 255, of which an id and an extension need some. */
const maxStemBytes = 180;

/**
 * The names that a resource's file may have: one of its title, and one with its id. Neither leaves the folder, is hidden,
 * or has a character that some system reserves.
 */
export function fileNamesOf({ id, title, image }: Pick<Resource, 'id' | 'title' | 'image'>): [string, string] {
  const { own, others } = extensions[image.contentType] ?? { own: '.bin', others: /\.bin$/i };
  const extension = others.exec(title)?.[0] ?? own;
  const stem = safeStem(title.replace(others, ''));
  const safeId = id.replace(/[^\w-]/g, '_').slice(0, 40);
  return [`${stem || safeId}${extension}`, `${stem || 'image'}-${safeId}${extension}`];
}

function safeStem(title: string): string {
  const characters = title
    .normalize('NFC')
    .replace(/[/\\:*?"<>|\p{Control}\p{Surrogate}\p{Line_Separator}\p{Paragraph_Separator}\p{Bidi_Control}]/gu, '_')
    .replace(/^[\s.]+/, '');
  const stem = truncateBytes(characters, maxStemBytes).replace(/[\s.]+$/, '');
  // Names of devices on Windows.
  return /^(con|prn|aux|nul|(com|lpt)\d)(\.|$)/i.test(stem) ? `_${stem}` : stem;
}

function truncateBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Tells names apart as the strictest file systems do. */
export const comparable = (name: string) => name.normalize('NFC').toLowerCase();
