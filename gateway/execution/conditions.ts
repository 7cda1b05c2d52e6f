import {
  type DocumentNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  visit,
} from 'graphql';
import { UnsupportedPlanError } from './run.ts';

type Variables = Record<string, unknown>;

/** The variables that `@skip` and `@include` use. Once each of them has a value, a document has one shape. */
export interface Conditions {
  /** True if there are no such variables. */
  isEmpty: boolean;
  /** Returns undefined if one of the values is no boolean, which Apollo's executor explains. */
  valuesIn(variables: Variables): ConditionValues | undefined;
}

export type ConditionValues = Readonly<Record<string, boolean>>;

/** Finds the conditions of an operation and of every fragment in its document. */
export function findConditions(document: DocumentNode, operation: OperationDefinitionNode): Conditions {
  const defaults = defaultsOf(operation);
  const names = variablesOfConditions(document).filter((name) => defaults.has(name));
  if (names.length === 0) return { isEmpty: true, valuesIn: () => unconditional };
  return {
    isEmpty: false,
    valuesIn: (variables) => {
      // Without a prototype, `__proto__` is a name as any other.
      const values = Object.create(null) as Record<string, boolean>;
      for (const name of names) {
        const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
        const value = given === undefined ? defaults.get(name) : given;
        if (typeof value !== 'boolean') return undefined;
        values[name] = value;
      }
      return values;
    },
  };
}

const unconditional: ConditionValues = {};

/** Throws UnsupportedPlanError for a selection with directives other than `@skip` and `@include`. */
export function requireSupportedDirectives({ directives = [] }: SelectionNode): void {
  if (directives.some(({ name }) => name.value !== 'skip' && name.value !== 'include'))
    throw new UnsupportedPlanError('a directive');
}

/** Evaluates a selection's `@skip` and `@include`. */
export function isIncluded(selection: SelectionNode, variables: Readonly<Variables>): boolean {
  if (!selection.directives?.length) return true;
  return (
    getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if !== false
  );
}

/** Names the variables that conditions anywhere in a document use. */
function variablesOfConditions(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: args = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Map<string, boolean | undefined> {
  return new Map(
    variableDefinitions.map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue?.kind === Kind.BOOLEAN ? defaultValue.value : undefined,
    ]),
  );
}
