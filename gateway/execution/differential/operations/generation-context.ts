import type { GraphQLCompositeType, GraphQLSchema } from 'graphql';
import type { Random } from './random.ts';
import type { Variables } from './random-variables.ts';
import type { ResponseNames } from './response-names.ts';

/** The state of generating one operation. */
export interface GenerationContext {
  schema: GraphQLSchema;
  random: Random;
  variables: Variables;
  names: ResponseNames;
  fragments: NamedFragment[];
  fragmentPrefix: string;
  /** Variables of the operation or named fragment being generated. */
  used: Set<string>;
  /** Number of fields that may still be added. */
  budget: number;
  /** Likelihood of a condition on a selection. */
  conditions: number;
}

/** A named fragment, which an operation may spread more than once. */
export interface NamedFragment {
  name: string;
  type: GraphQLCompositeType;
  text: string;
  variables: ReadonlySet<string>;
  /** The response path of its first spread. */
  path: string;
  /** The range of response names that were taken below `path`. */
  named: { from: number; to: number };
}

/** The place of a selection set in the response. */
export interface Place {
  type: GraphQLCompositeType;
  path: string;
  depth: number;
  /** The types of the enclosing fields. */
  above: readonly GraphQLCompositeType[];
}

/** Generates @include, @skip, both or, mostly, neither. */
export function makeDirectives({ random, variables, conditions }: GenerationContext): string {
  if (random.chance(1 - conditions)) return '';
  const names = random.chance(0.1) ? ['include', 'skip'] : [random.pick(['include', 'skip'])];
  return names
    .map((name) => {
      const isIncluded = random.chance(0.7);
      const literal = String(name === 'include' ? isIncluded : !isIncluded);
      return ` @${name}(if: ${random.chance(0.3) ? literal : variables.condition()})`;
    })
    .join('');
}
