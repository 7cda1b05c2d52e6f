import {
  type DirectiveDefinitionNode,
  type DirectiveNode,
  parse,
  print,
  type ScalarTypeDefinitionNode,
  visit,
} from 'graphql';
import { readLinks } from './linked-directives.ts';

/**
 * Removes specifications from a supergraph: their links, definitions and directives. For libraries that reject a
 * supergraph with a specification that they do not implement.
 */
export function withoutSpecifications(supergraphSdl: string, identities: readonly string[]): string {
  const document = parse(supergraphSdl, { noLocation: true });
  const links = readLinks(document.definitions).filter(({ identity }) => identities.includes(identity));
  if (links.length === 0) return supergraphSdl;
  const nodes = new Set<DirectiveNode>(links.map(({ node }) => node));
  const directives = new Set(links.flatMap(({ prefix, imports }) => [`@${prefix}`, ...imports.values()]));
  const prefixes = links.map(({ prefix }) => `${prefix}__`);
  const isRemoved = (name: string) =>
    directives.has(name) || prefixes.some((prefix) => name.replace('@', '').startsWith(prefix));
  const removeDirective = (node: DirectiveNode | DirectiveDefinitionNode) =>
    isRemoved(`@${node.name.value}`) ? null : undefined;

  return print(
    visit(document, {
      Directive: (node) => (nodes.has(node) ? null : removeDirective(node)),
      DirectiveDefinition: removeDirective,
      ScalarTypeDefinition: ({ name }: ScalarTypeDefinitionNode) => (isRemoved(name.value) ? null : undefined),
    }),
  );
}
