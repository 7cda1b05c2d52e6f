import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import type { Requirement } from '../../platform/authorization/requirement.ts';
import { readRequirements } from '../../platform/authorization/schema-requirements.ts';
import { readTypeDefinitions } from '../../platform/authorization/type-definitions.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const { definitions } = parse(read('schema/supergraph.graphql'));

/** Says who meets a requirement, in the words of the page. */
function describeRequirement(requirement: Requirement | undefined): string {
  if (!requirement) return 'anybody';
  const { scopes, policies } = requirement;
  if (JSON.stringify([scopes, policies]) === '[[],[[["session"]]]]') return 'a person’s session';
  const [[[scope, ...others] = []] = [], ...more] = scopes;
  if (policies.length + others.length + more.length > 0) throw new Error('The page has no words for this requirement.');
  return scope === undefined ? 'anybody with an access token' : `the scope \`${scope}\``;
}

test('docs/authorization.md lists every root field, and every other field that requires something', () => {
  const requirements = readRequirements(definitions);
  const rows = [...readTypeDefinitions(definitions).values()].flatMap(({ name, fields }) =>
    [...fields.keys()].flatMap((field) => {
      const requirement = requirements.ofField(name, field);
      const isListed = requirement !== undefined || name === 'Query' || name === 'Mutation';
      return isListed ? [`| \`${name}.${field}\` | ${describeRequirement(requirement)} |`] : [];
    }),
  );
  const listed = read('docs/authorization.md')
    .replaceAll("person's", 'person’s')
    .match(/^\| `[A-Z]\w+\.\w+` \| .+$/gm);
  expect(listed?.sort()).toEqual(rows.sort());
  expect(rows.length).toBeGreaterThan(15);
});
