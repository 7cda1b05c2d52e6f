import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, isInputObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { credentialFields } from './credential-fields.ts';

test('credentialFields lists the mutations whose input has a password', () => {
  const schema = buildSchema(readFileSync(new URL('api.graphql', import.meta.url), 'utf8'));
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  const withPassword = mutations.filter(({ args }) =>
    args.some(({ type }) => {
      const input = getNamedType(type);
      return isInputObjectType(input) && Object.keys(input.getFields()).some((name) => /password/i.test(name));
    }),
  );
  expect(withPassword.map(({ name }) => name).sort()).toEqual([...credentialFields].sort());
});
