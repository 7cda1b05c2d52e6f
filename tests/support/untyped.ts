/**
 * A text that no client of the API would send, so that nothing is known of its types: an attack, a mistake, or what only
 * the gateway asks a subgraph for.
 */
export class UntypedText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Says of a text that it is meant to be none of the typed documents; of a typed one, that its variables are wrong. */
export function untyped(text: string | { toString(): string }): UntypedText {
  return new UntypedText(String(text));
}
