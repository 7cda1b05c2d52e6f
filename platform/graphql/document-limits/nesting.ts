import { type Token, TokenKind } from 'graphql';

/** Tells the root fields of introspection, below which depth has a limit of its own. */
export const isIntrospectionField = (name: string): boolean => name === '__schema' || name === '__type';

/** How deep a document nests at one of its tokens. */
export interface Nesting {
  /** Brackets of any kind. */
  brackets: number;
  /** Selection sets of fields and of operations, which are the levels of fields. */
  fieldLevels: number;
}

/** Creates a function that takes the tokens of a document one after the other, and tells how deep each nests. */
export function createNesting(): (token: Token) => Nesting {
  /** The open brackets; true for the selection set of a field, an operation or a fragment's definition. */
  const open: boolean[] = [];
  let fieldLevels = 0;
  let parentheses = 0;
  let isInlineFragment = false;
  let previous: TokenKind | undefined;

  const enter = (isLevel: boolean) => {
    open.push(isLevel);
    if (isLevel) fieldLevels += 1;
  };
  const take = ({ kind, value }: Token) => {
    switch (kind) {
      case TokenKind.SPREAD:
        isInlineFragment = true;
        break;
      case TokenKind.NAME:
        // A fragment that is spread by its name has no selection set here.
        if (previous === TokenKind.SPREAD && value !== 'on') isInlineFragment = false;
        break;
      case TokenKind.BRACE_L:
        enter(parentheses === 0 && !isInlineFragment);
        if (parentheses === 0) isInlineFragment = false;
        break;
      case TokenKind.PAREN_L:
        parentheses += 1;
        enter(false);
        break;
      case TokenKind.BRACKET_L:
        enter(false);
        break;
      case TokenKind.PAREN_R:
        parentheses -= 1;
        if (open.pop()) fieldLevels -= 1;
        break;
      case TokenKind.BRACE_R:
      case TokenKind.BRACKET_R:
        if (open.pop()) fieldLevels -= 1;
        break;
    }
    previous = kind;
  };

  return (token) => {
    take(token);
    return { brackets: open.length, fieldLevels };
  };
}
