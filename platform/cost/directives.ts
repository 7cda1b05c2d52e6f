import { type ConstDirectiveNode, type GraphQLSchema, valueFromASTUntyped } from 'graphql';
import { directiveNames, readLinks, specification } from '../federation/linked-directives.ts';

/** Number of elements of a list, as `@listSize` declares it on the list or on the field above it. */
export interface ListSize {
  /** Assumed if no slicing argument is given. */
  assumedSize: number | undefined;
  /** Arguments whose value is the number of elements: names, or paths into an input object such as `input.first`. */
  slicingArguments: readonly string[];
  /** The fields of the returned object that have this size; the field itself if there are none. */
  sizedFields: readonly string[];
}

/** A definition in SDL that may carry directives. */
interface Definition {
  astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined;
}

/** Reads the directives of the GraphQL Cost Directives Specification (https://ibm.github.io/graphql-specs/cost-spec.html). */
export interface CostDirectives {
  /** The weight that `@cost` gives a definition. */
  weightOf(definition: Definition): number | undefined;
  listSizeOf(definition: Definition): ListSize | undefined;
}

/** Creates a reader for a schema that was built from the SDL of a subgraph or a supergraph. */
export function readCostDirectives(schema: GraphQLSchema): CostDirectives {
  const { cost, listSize } = directiveNamesIn(schema);
  return {
    weightOf: (definition) => {
      const weight = argumentsOf(definition, cost)?.weight;
      // The specification has a string here, Federation an integer.
      return weight === undefined ? undefined : Math.max(0, Number(weight)) || 0;
    },
    listSizeOf: (definition) => {
      const found = argumentsOf(definition, listSize);
      if (!found) return undefined;
      const { assumedSize, slicingArguments, sizedFields } = found;
      return {
        assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
        slicingArguments: textsOf(slicingArguments),
        sizedFields: textsOf(sizedFields),
      };
    },
  };
}

function argumentsOf({ astNode }: Definition, name: string): Record<string, unknown> | undefined {
  const directive = astNode?.directives?.find((each) => each.name.value === name);
  return directive && readArguments(directive);
}

function readArguments({ arguments: args = [] }: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}

/** A list may be written as its only element. */
const textsOf = (value: unknown): string[] => [value ?? []].flat().map(String);

/**
 * Finds the names that a schema gives the directives by `@link`: those of the cost specification, or of Federation, which
 * has them, too. Without a link, the schema is plain SDL with the specification's names.
 */
function directiveNamesIn({ astNode, extensionASTNodes }: GraphQLSchema): { cost: string; listSize: string } {
  const links = readLinks(astNode ? [astNode, ...extensionASTNodes] : extensionASTNodes);
  const nameOf = (directive: string) => {
    const [name = directive] = ['cost', 'federation'].flatMap((each) =>
      directiveNames(links, specification(each), directive),
    );
    return name;
  };
  return { cost: nameOf('cost'), listSize: nameOf('listSize') };
}
