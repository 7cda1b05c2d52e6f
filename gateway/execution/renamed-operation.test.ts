import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { supergraphs } from './differential/supergraphs/all.ts';
import { createPlanner } from './planner.ts';
import { renameOperation } from './renamed-operation.ts';

const [own] = supergraphs;
const { responseNames } = createPlanner(own.sdl);
const rename = (source: string) => {
  const renamed = renameOperation(parse(source), responseNames);
  return (
    renamed && { source: renamed.source.replaceAll(/\s+/g, ' '), clientNames: Object.fromEntries(renamed.clientNames) }
  );
};

test('an operation whose response names are free stays as it is', () => {
  expect(rename('{ me { id name: username id: id } count: resources { id: totalCount } }')).toBeUndefined();
});

test('a colliding name is renamed wherever it stands for the same field', () => {
  expect(rename('{ me { id: username ...A } } fragment A on User { id: username }')).toEqual({
    source: '{ me { alias_id: username ...A } } fragment A on User { alias_id: username }',
    clientNames: { alias_id: 'id' },
  });
});

test('the new name is none of the document’s', () => {
  expect(rename('query ($alias_id: ID!) { resource(id: $alias_id) { id: title alias1_id: id } }')).toEqual({
    source: 'query ($alias_id: ID!) { resource(id: $alias_id) { alias2_id: title alias1_id: id } }',
    clientNames: { alias2_id: 'id' },
  });
});

test('names that every object has are renamed', () => {
  expect(rename('{ constructor: me { __proto__: id } }')).toEqual({
    source: '{ alias_constructor: me { alias___proto__: id } }',
    clientNames: { alias_constructor: 'constructor', alias___proto__: '__proto__' },
  });
});
