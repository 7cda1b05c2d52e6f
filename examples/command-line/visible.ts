/**
 * A text as a terminal may show it: what would move the cursor, break the line or turn its direction is escaped as in
 * JSON.
 */
export const visible = (text: string): string =>
  text.replace(
    /[\p{Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
