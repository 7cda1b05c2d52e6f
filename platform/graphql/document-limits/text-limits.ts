import { Lexer, Source, TokenKind } from 'graphql';
import { maxNesting } from '../../json.ts';
import {
  badRequest,
  fieldsTooDeep,
  introspectionTooDeep,
  nestedTooDeep,
  type RequestLimitError,
  tooManyBytes,
  tooManyTokens,
} from './limit-errors.ts';
import type { DocumentLimits } from './limits.ts';
import { createNesting, isIntrospectionField } from './nesting.ts';

/**
 * Finds the first limit that the text of a document exceeds, without recursion and without reading on. Brackets are among
 * the limits, because graphql-js parses with recursion.
 */
export function checkText(text: string, limits: DocumentLimits): RequestLimitError | undefined {
  const { maxBytes } = limits;
  if (text.length * maxBytesPerUnit > maxBytes && bytesWithoutStrings(text, maxBytes) > maxBytes)
    return tooManyBytes(maxBytes);
  try {
    return checkTokens(new Lexer(new Source(text)), limits);
  } catch {
    // A syntax error, which the parser explains.
    return undefined;
  }
}

function checkTokens(lexer: Lexer, limits: DocumentLimits): RequestLimitError | undefined {
  const { maxTokens, maxNameLength, maxDepth, maxIntrospectionDepth } = limits;
  const nestingAt = createNesting();
  let count = 0;
  let isIntrospection = false;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    count += 1;
    if (count > maxTokens) return tooManyTokens(maxTokens);
    const { brackets, fieldLevels } = nestingAt(token);
    if (token.kind === TokenKind.NAME) {
      if (token.end - token.start > maxNameLength)
        return badRequest(`A name in the document is over ${maxNameLength} characters: choose a shorter one.`);
      isIntrospection ||= isIntrospectionField(token.value);
    }
    // Less than this is looked at after parsing, when it is known which fields are in introspection.
    if (fieldLevels > Math.max(maxDepth, maxIntrospectionDepth)) {
      if (isIntrospection) return introspectionTooDeep(maxIntrospectionDepth);
      return fieldsTooDeep(maxDepth);
    }
    if (brackets > maxNesting) return badRequest(nestedTooDeep('document'));
  }
  return undefined;
}

/** UTF-8 takes at most three bytes for one UTF-16 unit. */
const maxBytesPerUnit = 3;

/** Counts the UTF-8 bytes outside of string literals, until they are over `max`. */
export function bytesWithoutStrings(text: string, max: number): number {
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
