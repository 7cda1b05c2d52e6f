import type { GraphQLCompositeType, GraphQLSchema } from 'graphql';
import type { Random } from './random.ts';
import type { Variables } from './random-variables.ts';
import type { ResponseNames } from './response-names.ts';

/** What the selections of one operation are made with. */
export interface Making {
  schema: GraphQLSchema;
  random: Random;
  variables: Variables;
  names: ResponseNames;
  fragments: NamedFragment[];
  fragmentPrefix: string;
  /** The variables in what is being made. */
  used: Set<string>;
  /** How many fields there may still be. */
  budget: number;
}

/** A fragment with a name, which an operation may use more than once. */
export interface NamedFragment {
  name: string;
  type: GraphQLCompositeType;
  text: string;
  variables: ReadonlySet<string>;
  /** Where it first stood, and what was named there. */
  path: string;
  named: { from: number; to: number };
}

/** Where in the answer a selection set stands. */
export interface Place {
  type: GraphQLCompositeType;
  path: string;
  depth: number;
  /** The types of the fields that it stands in. */
  above: readonly GraphQLCompositeType[];
}

/** `@include` or `@skip` or both or, mostly, neither, for a field or a fragment. */
export function makeDirectives({ random, variables }: Making): string {
  if (random.chance(0.86)) return '';
  const names = random.chance(0.1) ? ['include', 'skip'] : [random.pick(['include', 'skip'])];
  return names
    .map((name) => {
      const isKept = random.chance(0.7);
      const literal = String(name === 'include' ? isKept : !isKept);
      return ` @${name}(if: ${random.chance(0.3) ? literal : variables.condition()})`;
    })
    .join('');
}
