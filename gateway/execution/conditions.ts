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
import { UnsupportedPlanError } from './unsupported-plan-error.ts';

type Variables = Record<string, unknown>;

/** The variables that `@skip` and `@include` ask for. With each of them set, a document has one shape. */
export interface Conditions {
  /** Their values; undefined where one of them is no boolean, which the stock executor explains. */
  valuesIn(variables: Variables): ConditionValues | undefined;
}

export type ConditionValues = Readonly<Record<string, boolean>>;

/** Finds the conditions of an operation and of every fragment beside it. */
export function findConditions(document: DocumentNode, operation: OperationDefinitionNode): Conditions {
  const defaults = defaultsOf(operation);
  const names = variablesOfConditions(document).filter((name) => defaults.has(name));
  if (names.length === 0) return { valuesIn: () => unconditional };
  return {
    valuesIn: (variables) => {
      const values: Record<string, boolean> = {};
      for (const name of names) {
        const value = variables[name] === undefined ? defaults.get(name) : variables[name];
        if (typeof value !== 'boolean') return undefined;
        values[name] = value;
      }
      return values;
    },
  };
}

const unconditional: ConditionValues = {};

/** Throws where a selection has other directives than `@skip` and `@include`. */
export function requireSupported({ directives = [] }: SelectionNode): void {
  if (directives.some(({ name }) => name.value !== 'skip' && name.value !== 'include'))
    throw new UnsupportedPlanError('a directive');
}

/** Whether a selection is there under the given values of variables. */
export function isIncluded(selection: SelectionNode, values: Readonly<Variables>): boolean {
  if (!selection.directives?.length) return true;
  return (
    getDirectiveValues(GraphQLSkipDirective, selection, values)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, values)?.if !== false
  );
}

function variablesOfConditions(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
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
