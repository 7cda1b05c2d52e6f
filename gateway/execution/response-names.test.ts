import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { composeSupergraph, link } from './differential/supergraphs/compose.ts';
import { createPlanner } from './planner.ts';
import { rejectCollisions } from './response-names.ts';

const { sdl } = composeSupergraph('names', {
  stock: `${link}
    type Query { item: Item things: [Thing] named: Named }
    union Thing = Item | Shelf
    interface Named { title: String }
    type Item implements Named @key(fields: "code") {
      code: ID! title: String hidden: Int @inaccessible price(currency: String = "EUR"): Int weight: Int
    }
    type Shelf { number: Int }
  `,
  shop: `${link}
    type Query { count: Int }
    type Item @key(fields: "code") {
      code: ID!
      price(currency: String = "EUR"): Int @external
      tax: Int @requires(fields: "price(currency: \\"USD\\")")
    }
  `,
  sums: `${link}
    type Query { sum: Int }
    type Item @key(fields: "code") { code: ID! tax: Int @external total: Int @requires(fields: "tax") }
  `,
});
const { responseNames } = createPlanner(sdl);
const collisionsIn = (source: string) =>
  responseNames.collisionsIn(parse(source)).map(({ responseName, node }) => `${responseName}: ${node.name.value}`);

describe('a response name collides', () => {
  test.each([
    ['with another field of the object', '{ item { code: title } }', ['code: title']],
    ['with one that clients do not see', '{ item { hidden: title } }', ['hidden: title']],
    ['if it begins with __', '{ __item: item { __typename: title } }', ['__item: item', '__typename: title']],
    ['with a field of an object that implements the interface', '{ named { code: title } }', ['code: title']],
    ['with a field of a member of the union', '{ things { number: __typename } }', ['number: __typename']],
    ['in fragments', '{ ...A } fragment A on Query { item { ... { weight: code } } }', ['weight: code']],
    ['where a selected field requires it with other arguments', '{ item { price tax } }', ['price: price']],
    ['where a required field requires it', '{ item { price(currency: "GBP") total } }', ['price: price']],
  ])('%s', (_, source, collisions) => {
    expect(collisionsIn(source)).toEqual(collisions);
  });
});

describe('a response name does not collide', () => {
  test.each([
    ['if it is the field’s own', '{ item { code: code title: title __typename: __typename } }'],
    ['with a field of another type', '{ things { ... on Shelf { code: number } } }'],
    ['for a field that is not required', '{ item { price(currency: "GBP") code } }'],
    ['in introspection', '{ __own: __schema { types { name: kind __own: name } } }'],
  ])('%s', (_, source) => {
    expect(collisionsIn(source)).toEqual([]);
  });
});

test('there is one error for each name, with an alias that is free', () => {
  const document = parse('{ item { code: title ... { code: title } __typename: weight } }');
  const errors = rejectCollisions(responseNames.collisionsIn(document));
  expect(errors.map((error) => error.toJSON())).toEqual([
    {
      message:
        'The response name "code" of "title" is one that the gateway needs for itself: choose another alias, such as "titleAlias".',
      locations: expect.any(Array),
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
    expect.objectContaining({ message: expect.stringContaining('choose another alias, such as "weightAlias"') }),
  ]);
});
