import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import { limitRootFields } from '../../../platform/graphql/document-limits/limit-root-fields.ts';
import { credentialFields } from '../../../schema/credential-fields.ts';
import type { Plugin } from './packages.ts';

/** The limits of this project's gateway: see platform/graphql/server.ts. */
const maxTokens = 5_000;
const maxSelections = 2_000;

/** Limits the tokens and selections of a document, and the log-in attempts of an operation. */
export const limits: Plugin = {
  onParse: ({ setParseFn }) => setParseFn((source, options) => parse(source, { ...options, maxTokens })),
  onValidate({ addValidationRule }) {
    addValidationRule(limitRootFields({ operation: 'mutation', fields: credentialFields }));
    addValidationRule(maxSelectionsRule);
  },
};

/** A validation rule that limits selections; a fragment counts at each spread. */
const maxSelectionsRule: ValidationRule = (context) => ({
  Document(document) {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    const counts = new Map<string, number>();
    const countFragment = (name: string): number => {
      const cached = counts.get(name);
      if (cached !== undefined) return cached;
      // Ends the recursion of cycles, which another rule reports.
      counts.set(name, 0);
      const fragment = fragments.get(name);
      const count = fragment ? countSelections(fragment.selectionSet) : 0;
      counts.set(name, count);
      return count;
    };
    const countSelections = ({ selections }: SelectionSetNode): number =>
      selections.reduce((sum, node) => {
        if (node.kind === Kind.FRAGMENT_SPREAD) return sum + 1 + countFragment(node.name.value);
        return sum + 1 + (node.selectionSet ? countSelections(node.selectionSet) : 0);
      }, 0);
    for (const node of document.definitions) {
      if (node.kind === Kind.OPERATION_DEFINITION && countSelections(node.selectionSet) > maxSelections)
        context.reportError(
          new GraphQLError(`An operation has at most ${maxSelections} selections, fragments included.`),
        );
    }
  },
});
