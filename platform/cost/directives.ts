import { type ConstDirectiveNode, type GraphQLSchema, valueFromASTUntyped } from 'graphql';

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
  const { cost, listSize } = directiveNames(schema);
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

/** The features that define the directives, and the names under which SDL has them without an import. */
const features = [
  { url: 'https://specs.apollo.dev/cost/', name: 'cost' },
  { url: 'https://specs.apollo.dev/federation/', name: 'federation' },
];

/**
 * Finds the names that a schema gives the directives by `@link` (https://specs.apollo.dev/link/v1.0): imported, renamed,
 * or with the prefix of their feature. A directive that is called as its feature needs no import. Without a link, the
 * schema is plain SDL with the specification's names.
 */
function directiveNames(schema: GraphQLSchema): { cost: string; listSize: string } {
  const definitions = [schema.astNode, ...schema.extensionASTNodes];
  const links = definitions
    .flatMap((node) => node?.directives?.filter(({ name }) => name.value === 'link') ?? [])
    .map(readArguments);
  for (const feature of features) {
    const link = links.find(({ url }) => String(url).startsWith(feature.url));
    if (!link) continue;
    const prefix = typeof link.as === 'string' ? link.as : feature.name;
    const nameOf = (directive: string) =>
      importedName(link.import, directive) ?? (directive === feature.name ? prefix : `${prefix}__${directive}`);
    return { cost: nameOf('cost'), listSize: nameOf('listSize') };
  }
  return { cost: 'cost', listSize: 'listSize' };
}

/** The name under which a directive is imported: `"@cost"`, or `{ name: "@cost", as: "@price" }`. */
function importedName(imports: unknown, directive: string): string | undefined {
  for (const each of Array.isArray(imports) ? imports : []) {
    const { name, as = name } = typeof each === 'string' ? { name: each } : (each as { name: unknown; as?: unknown });
    if (name === `@${directive}`) return String(as).slice(1);
  }
  return undefined;
}
