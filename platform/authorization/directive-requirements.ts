import { type ConstDirectiveNode, type DefinitionNode, valueFromASTUntyped } from 'graphql';
import { directiveNames, readLinks, specification } from '../federation/linked-directives.ts';
import type { Alternatives, Requirement } from './requirement.ts';

/** The specifications that a supergraph links for the directives that say who may use a field. */
export const authorizationSpecifications = ['authenticated', 'requiresScopes', 'policy'].map(specification);

/** Reads directives under the names that the SDL of a subgraph or a supergraph gives them. */
export interface DirectiveReader {
  /** Reads `@authenticated`, `@requiresScopes` and `@policy` among these directives. */
  requirementsOf(directives: readonly ConstDirectiveNode[]): Requirement[];
  /** Field sets of the same object that the gateway fetches for a field: `@requires` in a composed supergraph. */
  requiredFieldSets(directives: readonly ConstDirectiveNode[]): string[];
  /** Field sets of other objects that a field gets as arguments: `@fromContext` in a composed supergraph. */
  contextFieldSets(directives: readonly ConstDirectiveNode[]): ContextFieldSet[];
  /** The contexts that a type sets. */
  contextsOf(directives: readonly ConstDirectiveNode[]): string[];
}

/** A field set of the types that set a context. */
export interface ContextFieldSet {
  context: string;
  fieldSet: string;
}

/** Creates the reader for one document. */
export function createDirectiveReader(definitions: readonly DefinitionNode[]): DirectiveReader {
  const links = readLinks(definitions);
  // Subgraphs import these directives of federation; in a supergraph, each is a specification of its own.
  const names = (directive: string, specifications: string[]) =>
    new Set(specifications.flatMap((name) => directiveNames(links, specification(name), directive)));
  const authenticated = names('authenticated', ['authenticated', 'federation']);
  const requiresScopes = names('requiresScopes', ['requiresScopes', 'federation']);
  const policy = names('policy', ['policy', 'federation']);
  const joinField = names('field', ['join']);
  const context = names('context', ['context']);

  return {
    requirementsOf: (directives) =>
      directives.flatMap((directive): Requirement[] => {
        const name = directive.name.value;
        if (authenticated.has(name)) return [{ scopes: [], policies: [] }];
        if (requiresScopes.has(name)) return [{ scopes: [readAlternatives(directive, 'scopes')], policies: [] }];
        return policy.has(name) ? [{ scopes: [], policies: [readAlternatives(directive, 'policies')] }] : [];
      }),
    requiredFieldSets: (directives) =>
      argumentsOf(directives, joinField).flatMap(({ requires }) => (typeof requires === 'string' ? [requires] : [])),
    contextFieldSets: (directives) =>
      argumentsOf(directives, joinField).flatMap(({ contextArguments }) =>
        ((contextArguments ?? []) as { context: string; selection: string }[]).map(({ context: name, selection }) => ({
          context: name,
          fieldSet: selection,
        })),
      ),
    contextsOf: (directives) => argumentsOf(directives, context).map(({ name }) => String(name)),
  };
}

function argumentsOf(directives: readonly ConstDirectiveNode[], names: ReadonlySet<string>) {
  return directives.filter(({ name }) => names.has(name.value)).map(readArguments);
}

function readArguments({ arguments: given = [] }: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}

/** GraphQL takes a single value for a list of one. */
function readAlternatives(directive: ConstDirectiveNode, argument: string): Alternatives {
  const lists = [readArguments(directive)[argument] ?? []].flat();
  return lists.map((names) => [names].flat().map(String));
}
