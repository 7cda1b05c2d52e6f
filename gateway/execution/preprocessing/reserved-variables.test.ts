import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import type { Executor } from '../../../platform/graphql/prepared-operations.ts';
import { parseOperation } from '../../../platform/testing/heap.ts';
import { composeSupergraph } from '../differential/supergraphs/compose.ts';
import { renameReservedVariables } from './reserved-variables.ts';

const { api: schema } = composeSupergraph('tiny', { auth: 'type Query { hello(a: Int, b: Int, c: Int): String }' });

/** Answers with the variables that it receives, and with an error that names each of those that the operation defines. */
const recorder: Executor = {
  schema,
  prepare: ({ operation }) => ({
    execute: async ({ variables = {} }) => {
      const names = operation.variableDefinitions?.map(({ variable }) => `$${variable.name.value}`) ?? [];
      return { data: variables, errors: [new GraphQLError(names.join(' '))] };
    },
    sizeBytes: () => 100,
  }),
};

test.each([
  ['representations_', 'representations__'],
  ['representations_x', 'representations__'],
  ['representations__x', 'representations___'],
  ['representationsOf', 'representations_'],
])(
  'beside $%s, the executor receives $representations as $%s, and errors name both as the client does',
  async (other, fresh) => {
    const source = `query ($representations: Int, $${other}: Int) { hello(a: $representations, b: $${other}) }`;
    const { execute } = renameReservedVariables(recorder).prepare(parseOperation(source));
    const { data, errors } = await execute({ variables: { representations: 1, [other]: 2 }, context: {} as never });
    expect(data).toEqual({ [fresh]: 1, [other]: 2 });
    expect(errors?.map(({ message }) => message)).toEqual([`$representations $${other}`]);
  },
);
