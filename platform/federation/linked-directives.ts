import {
  type ConstDirectiveNode,
  type DefinitionNode,
  Kind,
  type ObjectValueNode,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';

/** A specification that a schema links with `@link`. */
export interface Link {
  /** The URL without version, such as `https://specs.apollo.dev/federation`. */
  identity: string;
  /** The first part of the names that are not imported: `as`, or the specification's own name. */
  prefix: string;
  /** Names in the schema by names in the specification, both with the `@` of directives. */
  imports: ReadonlyMap<string, string>;
  node: ConstDirectiveNode;
}

/** The identity of a specification of Apollo Federation. */
export const specification = (name: string) => `https://specs.apollo.dev/${name}`;
const linkIdentity = specification('link');

/** Reads what the SDL of a subgraph or a supergraph links (https://specs.apollo.dev/link/v1.0). */
export function readLinks(definitions: readonly DefinitionNode[]): Link[] {
  const links = definitions
    .filter((definition): definition is SchemaDefinitionNode | SchemaExtensionNode =>
      [Kind.SCHEMA_DEFINITION, Kind.SCHEMA_EXTENSION].some((kind) => kind === definition.kind),
    )
    .flatMap(({ directives = [] }) => directives.flatMap(readLink));
  // `@link` itself may have another name, as its link to itself says.
  const itself = links.find(({ identity, prefix, node }) => identity === linkIdentity && node.name.value === prefix);
  return links.filter(({ node }) => node.name.value === (itself?.prefix ?? 'link'));
}

/**
 * Lists the names, without `@`, that a directive has in a schema: as imported, or `prefix__name`; a directive of its
 * specification's name is the prefix alone. Empty if the schema does not link the specification.
 */
export function directiveNames(links: readonly Link[], identity: string, directive: string): string[] {
  return links
    .filter((link) => link.identity === identity)
    .map(({ prefix, imports }) => {
      const imported = imports.get(`@${directive}`);
      if (imported !== undefined) return imported.slice(1);
      return identity === specification(directive) ? prefix : `${prefix}__${directive}`;
    });
}

function readLink(node: ConstDirectiveNode): Link[] {
  const given = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
  const url = textOf(given.get('url'));
  const [, identity = '', ownName = ''] = /^(.*?([^/]+?))(?:\/v\d+\.\d+)?\/?$/.exec(url ?? '') ?? [];
  if (identity === '') return [];
  return [{ identity, prefix: textOf(given.get('as')) ?? ownName, imports: readImports(given.get('import')), node }];
}

/** Reads `import: ["@key", { name: "@tag", as: "@label" }]`. */
function readImports(value: ValueNode | undefined): Map<string, string> {
  const elements = value?.kind === Kind.LIST ? value.values : [];
  return new Map(
    elements.flatMap((element): [string, string][] => {
      if (element.kind === Kind.STRING) return [[element.value, element.value]];
      return element.kind === Kind.OBJECT ? readRenamedImport(element) : [];
    }),
  );
}

function readRenamedImport(element: ObjectValueNode): [string, string][] {
  const { name, as } = valueFromASTUntyped(element) as { name?: unknown; as?: unknown };
  return typeof name === 'string' ? [[name, typeof as === 'string' ? as : name]] : [];
}

function textOf(value: ValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}
