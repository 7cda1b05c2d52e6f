/** Every code point that `pattern` matches. */
export function codePoints(pattern: RegExp): string[] {
  const all: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (pattern.test(character)) all.push(character);
  }
  return all;
}

/** Letters that have another letter case. */
export const casedLetters = codePoints(/\p{L}/u).filter(
  (letter) => letter.toLowerCase() !== letter || letter.toUpperCase() !== letter,
);
export const lettersAndDigits = codePoints(/[\p{L}\p{Nd}]/u);

/** Formats characters as U+…, to show which ones fail. */
export const codesOf = (characters: string[]) =>
  characters.map((it) => `U+${it.codePointAt(0)?.toString(16).padStart(4, '0')}`);
