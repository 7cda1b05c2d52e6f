import { getLocation, Kind, Location, type Source, Token, TokenKind } from 'graphql';

/** Part of a parsed document, for keeping. */
export interface CompactDocument<Part> {
  part: Part;
  /** Estimated heap of the part, without the text. */
  sizeBytes: number;
}

/** Measured for nodes with a location. */
const bytesPerNode = 180;

/**
 * Copies part of a parsed document without the tokens of its text, which take twice the memory of all nodes. Errors still
 * find line and column of fields, variables and values.
 */
export function withoutTokens<Part>(part: Part): CompactDocument<Part> {
  let nodes = 0;
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (value instanceof Location) return new Range(value);
    if (typeof value !== 'object' || value === null) return value;
    nodes += 1;
    // No error of execution refers to a name.
    if ('kind' in value && value.kind === Kind.NAME && 'value' in value) return { kind: Kind.NAME, value: value.value };
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
  };
  return { part: copy(part) as Part, sizeBytes: nodes * bytesPerNode };
}

/** A location without tokens of its own. */
class Range implements Location {
  readonly start: number;
  readonly end: number;
  readonly source: Source;

  constructor({ start, end, source }: Location) {
    this.start = start;
    this.end = end;
    this.source = source;
  }

  get startToken(): Token {
    return this.tokenAt(this.start);
  }

  get endToken(): Token {
    return this.tokenAt(this.end);
  }

  /** graphql-jit reads line and column from tokens. */
  private tokenAt(offset: number): Token {
    const { line, column } = getLocation(this.source, offset);
    return new Token(TokenKind.NAME, offset, offset, line, column);
  }

  get [Symbol.toStringTag](): string {
    return 'Location';
  }

  toJSON(): { start: number; end: number } {
    return { start: this.start, end: this.end };
  }
}
