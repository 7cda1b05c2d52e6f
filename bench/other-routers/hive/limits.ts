import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import { oneCredentialField } from '../../../platform/graphql/one-credential-field.ts';
import type { Plugin } from './packages.ts';

/** The same as at our own gateway: see platform/graphql/server.ts. */
const maxTokens = 5_000;
const maxSelections = 2_000;

/** Refuses documents that are too long, or short and ask for too much, and more than one guess at a password. */
export const limits: Plugin = {
  onParse: ({ setParseFn }) => setParseFn((source, options) => parse(source, { ...options, maxTokens })),
  onValidate({ addValidationRule }) {
    addValidationRule(oneCredentialField);
    addValidationRule(fewSelections);
  },
};

/** A validation rule: at most so many selections, with every fragment counted wherever it is spread. */
const fewSelections: ValidationRule = (context) => ({
  Document(document) {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    const counts = new Map<string, number>();
    const countFragment = (name: string): number => {
      const known = counts.get(name);
      if (known !== undefined) return known;
      // Circles are for another rule to refuse.
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
