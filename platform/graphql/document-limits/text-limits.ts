import { Lexer, Source, type Token, TokenKind } from 'graphql';
import { maxNesting } from '../../json.ts';
import { badRequest, nestedTooDeep, overLimit, type RequestLimitError } from './limit-errors.ts';
import type { DocumentLimits } from './limits.ts';

type TextLimits = Pick<DocumentLimits, 'maxBytes' | 'maxTokens' | 'maxNameLength'>;

/**
 * Finds the first limit that the text of a document exceeds, without recursion and without reading on. Brackets are among
 * the limits, because graphql-js parses with recursion.
 */
export function checkText(text: string, limits: TextLimits): RequestLimitError | undefined {
  const { maxBytes } = limits;
  if (text.length * maxBytesPerUnit > maxBytes && bytesWithoutStrings(text, maxBytes) > maxBytes) {
    const message = `The document is over ${maxBytes} bytes without the contents of its strings: send a shorter one, or several.`;
    return overLimit('MAX_TOKENS_LIMIT', maxBytes, message);
  }
  try {
    return checkTokens(new Lexer(new Source(text)), limits);
  } catch {
    // A syntax error, which the parser explains.
    return undefined;
  }
}

function checkTokens(lexer: Lexer, { maxTokens, maxNameLength }: TextLimits): RequestLimitError | undefined {
  let depth = 0;
  let count = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    count += 1;
    depth += nestingOf(token);
    if (count > maxTokens)
      return overLimit(
        'MAX_TOKENS_LIMIT',
        maxTokens,
        `The document has over ${maxTokens} tokens: select less at once.`,
      );
    if (depth > maxNesting) return badRequest(nestedTooDeep('document'));
    if (token.kind === TokenKind.NAME && token.end - token.start > maxNameLength)
      return badRequest(`A name in the document is over ${maxNameLength} characters: choose a shorter one.`);
  }
  return undefined;
}

function nestingOf({ kind }: Token): number {
  switch (kind) {
    case TokenKind.BRACE_L:
    case TokenKind.BRACKET_L:
    case TokenKind.PAREN_L:
      return 1;
    case TokenKind.BRACE_R:
    case TokenKind.BRACKET_R:
    case TokenKind.PAREN_R:
      return -1;
    default:
      return 0;
  }
}

/** UTF-8 takes at most three bytes for one UTF-16 unit. */
const maxBytesPerUnit = 3;

/** Counts the UTF-8 bytes outside of string literals, until they are over `max`. */
function bytesWithoutStrings(text: string, max: number): number {
  let bytes = 0;
  let counted = 0;
  const next = /["#]/g;
  for (let found = next.exec(text); found && bytes <= max; found = next.exec(text)) {
    if (found[0] === '#') {
      next.lastIndex = lineEnd(text, found.index);
      continue;
    }
    bytes += Buffer.byteLength(text.slice(counted, found.index));
    counted = stringEnd(text, found.index);
    next.lastIndex = counted;
  }
  return bytes + Buffer.byteLength(text.slice(counted));
}

/** Finds the end of the string literal that begins at `start`, or of the text if there is none. */
function stringEnd(text: string, start: number): number {
  const isBlock = text.startsWith('"""', start);
  const end = isBlock ? /\\"""|"""/g : /\\.|["\n\r]/g;
  end.lastIndex = start + (isBlock ? 3 : 1);
  for (let found = end.exec(text); found; found = end.exec(text)) if (!found[0].startsWith('\\')) return end.lastIndex;
  return text.length;
}

function lineEnd(text: string, start: number): number {
  const end = /[\n\r]/g;
  end.lastIndex = start;
  return end.exec(text)?.index ?? text.length;
}
