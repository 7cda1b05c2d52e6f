import { type FragmentDefinitionNode, Kind, parse } from 'graphql';

/** How often each of the fragments spreads the next one; as a tree they have 2^40 leaves. */
const levels = 40;

/**
 * Writes a document whose fragments spread the next one twice each, below `type`; `last` is the innermost selection.
 * `spread` wraps a spread into other selections.
 */
export function doublingFragments({
  operation,
  type,
  last,
  spread = (name) => `...${name} ...${name}`,
}: {
  /** With `...F0` where the fragments begin. */
  operation: string;
  type: string;
  last: string;
  spread?: (name: string) => string;
}): string {
  const fragments = Array.from(
    { length: levels },
    (_, level) => `fragment F${level} on ${type} { ${level === levels - 1 ? last : spread(`F${level + 1}`)} }`,
  );
  return [operation, ...fragments].join('\n');
}

/** Parses a document whose fragments count how often their selections are read; throws where that has no end. */
export function countFragmentReads(source: string) {
  const counter = { reads: 0 };
  const document = parse(source);
  const definitions = document.definitions.map((node) => {
    if (node.kind !== Kind.FRAGMENT_DEFINITION) return node;
    const { selectionSet } = node;
    return Object.defineProperty({ ...node }, 'selectionSet', {
      enumerable: true,
      get: () => {
        counter.reads += 1;
        if (counter.reads > 10_000) throw new Error('The fragments are read exponentially often.');
        return selectionSet;
      },
    });
  });
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  return { document: { ...document, definitions }, fragments, counter };
}
