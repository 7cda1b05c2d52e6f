import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { maxNesting, mayNestTooDeep } from '../json.ts';

/**
 * Tells if the brackets of a document nest deeper than `maxNesting`. graphql-js parses with recursion, so the text is
 * looked at first. Documents too short for it are not scanned.
 */
export function isTextNestedTooDeep(text: string): boolean {
  if (!mayNestTooDeep(text.length)) return false;
  let depth = 0;
  const next = /["#{}()[\]]/g;
  for (let found = next.exec(text); found; found = next.exec(text)) {
    switch (found[0]) {
      case '"':
        next.lastIndex = endOfString(text, found.index);
        break;
      case '#':
        next.lastIndex = indexOfLineEnd(text, found.index);
        break;
      case '{':
      case '(':
      case '[':
        depth += 1;
        if (depth > maxNesting) return true;
        break;
      default:
        depth -= 1;
    }
  }
  return false;
}

/** Finds the end of the string literal that begins at `start`, or of the text if there is none. */
function endOfString(text: string, start: number): number {
  const isBlock = text.startsWith('"""', start);
  const end = isBlock ? /\\"""|"""/g : /\\.|["\n\r]/g;
  end.lastIndex = start + (isBlock ? 3 : 1);
  for (let found = end.exec(text); found; found = end.exec(text)) if (!found[0].startsWith('\\')) return end.lastIndex;
  return text.length;
}

function indexOfLineEnd(text: string, start: number): number {
  const lineEnd = /[\n\r]/g;
  lineEnd.lastIndex = start;
  return lineEnd.exec(text)?.index ?? text.length;
}

/** Creates a rule that rejects operations whose selections nest over `max` levels, with the fragments that they spread. */
export function limitNesting(max: number): ValidationRule {
  return function limitNestingRule(context) {
    const fragmentDepths = new Map<string, number>();
    return {
      OperationDefinition(operation) {
        if (depthOf(operation.selectionSet, { context, fragmentDepths, left: max }) <= max) return;
        context.reportError(new GraphQLError(nestedTooDeep('operation', max), { nodes: operation }));
      },
    };
  };
}

interface DepthSearch {
  context: ValidationContext;
  fragmentDepths: Map<string, number>;
  /** Levels before the search ends, which also bounds its recursion. */
  left: number;
}

/** Returns infinity for selections that nest too deep. */
function depthOf({ selections }: SelectionSetNode, search: DepthSearch): number {
  if (search.left === 0) return Number.POSITIVE_INFINITY;
  const inner = { ...search, left: search.left - 1 };
  let deepest = 0;
  for (const selection of selections) {
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? search.context.getFragment(selection.name.value) : null;
    const set = selection.kind === Kind.FRAGMENT_SPREAD ? undefined : selection.selectionSet;
    if (fragment) deepest = Math.max(deepest, fragmentDepth(fragment, inner));
    else if (set) deepest = Math.max(deepest, depthOf(set, inner));
  }
  return 1 + deepest;
}

function fragmentDepth({ name, selectionSet }: FragmentDefinitionNode, search: DepthSearch): number {
  const cached = search.fragmentDepths.get(name.value);
  if (cached !== undefined) return cached;
  // Ends cycles, which another rule rejects.
  search.fragmentDepths.set(name.value, 0);
  const depth = depthOf(selectionSet, search);
  search.fragmentDepths.set(name.value, depth);
  return depth;
}

export function nestedTooDeep(what: string, max = maxNesting): string {
  return `The ${what} is nested over ${max} levels deep: send one that is flatter.`;
}

/** Tells V8's error for a call stack that is full. */
export function isStackOverflow(error: unknown): error is RangeError {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}
