/**
 * Characters that show nothing: white space and controls; what Unicode lets displays ignore (direction marks, joiners,
 * soft hyphens, fillers, variation selectors, tags); annotation and hieroglyph controls; U+FFFC, which dictation adds on
 * iOS; noncharacters; and two symbols that are blank by design, of braille and of music.
 */
const onlyInvisible =
  /^[\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u{fff9}-\u{fffc}\u{13430}-\u{1343f}\u{2800}\u{1d159}]*$/u;

/** True if nothing of the text can be seen. */
export const isInvisible = (text: string): boolean => onlyInvisible.test(text);

/** True if every database can store the text: it is well-formed Unicode without NUL. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** True if the text has more code points than `maxCharacters`; long texts are decided without counting. */
export function isLonger(text: string, maxCharacters: number): boolean {
  if (text.length <= maxCharacters) return false;
  return text.length > 2 * maxCharacters || [...text].length > maxCharacters;
}
