import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { updateResource } from '../../support/graphql/documents.ts';
import type { GraphqlResponse } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

/** Creates a resource of ada's that has a description. */
async function createDescribed() {
  const id = await ada.create('A picture');
  await ada.request.data(updateResource, { input: { id, description: 'As it was' } });
  return id;
}

const thrice = <Value>(values: Value[]) => [...values, ...values, ...values];

/** Responses to one document that is sent several times with each of the variables. */
async function answersTo<Variables>(
  times: Variables[],
  request: (variables: Variables) => Promise<GraphqlResponse<unknown>>,
) {
  const answers: unknown[] = [];
  for (const variables of thrice(times)) answers.push(JSON.parse((await request(variables)).text));
  return answers;
}

describe('a document that is sent again has the same result:', () => {
  test('an input field whose variable is omitted stays unchanged', async () => {
    const id = await createDescribed();
    const titles = ['One', 'Two'];
    const times = titles.map((title) => ({ id, title }));
    expect(await answersTo(times, (variables) => ada.request(updateTexts, variables))).toEqual(
      thrice(titles.map((title) => ({ data: { updateResource: { resource: { title, description: 'As it was' } } } }))),
    );
  });

  test('an input field whose variable is null is cleared', async () => {
    const id = await createDescribed();
    const texts = ['Another', null];
    const times = texts.map((description) => ({ id, description }));
    expect(await answersTo(times, (variables) => ada.request(updateDescription, variables))).toEqual(
      thrice(texts.map((description) => ({ data: { updateResource: { resource: { description } } } }))),
    );
  });

  test('a fragment is skipped only if its condition says so', async () => {
    const requests = [{ is: false }, { is: true }];
    const all = { totalCount: expect.any(Number), pageInfo: { hasNextPage: false } };
    const two = { ...all, __typename: 'ResourceConnection' };
    expect(await answersTo(requests, (variables) => ada.request(conditionalFragment, variables))).toEqual(
      thrice([{ data: { one: {}, two } }, { data: { one: all, two } }]),
    );
  });

  test('a field selected twice, once under a condition, has all selected subfields', async () => {
    const id = await createDescribed();
    const times = [false, true].map((is) => ({ id, is }));
    const answers = await answersTo(times, (variables) => ada.request(conditionalFields, variables));
    const [short, long] = [{ id }, { id, description: 'As it was' }];
    const node = { ...long, image: { sha256: expect.any(String) } };
    const [without, with_] = [
      { resources: { nodes: expect.arrayContaining([short]) }, resource: long },
      { resources: { nodes: expect.arrayContaining([node]) }, resource: short },
    ];
    expect(answers).toEqual(thrice([{ data: without }, { data: with_ }]));
  });

  test('null for a non-null input is rejected, and the other mutations run', async () => {
    const id = await createDescribed();
    const [first, last] = ['First', 'Last'].map((title) => ({ resource: { title } }));
    for (const answer of await answersTo([{ id, none: null }], (variables) => ada.request(oneNull, variables))) {
      expect(answer).toMatchObject({ data: { first, none: null, last }, errors: [{ path: ['none'] }] });
    }
  });
});

const updateTexts = graphql(`
  mutation UpdateTexts($id: ID!, $title: String, $description: String) {
    updateResource(input: { id: $id, title: $title, description: $description }) { resource { title description } }
  }
`);

const updateDescription = graphql(`
  mutation UpdateDescription($id: ID!, $description: String) {
    updateResource(input: { id: $id, description: $description }) { resource { description } }
  }
`);

graphql(`
  fragment CountAndNextPage on ResourceConnection { totalCount pageInfo { hasNextPage } }
`);

const conditionalFragment = graphql(`
  query ConditionalFragment($is: Boolean!) {
    one: resources { ...CountAndNextPage @include(if: $is) }
    two: resources { ...CountAndNextPage __typename }
  }
`);

const conditionalFields = graphql(`
  query ConditionalFields($id: ID!, $is: Boolean!) {
    resources { nodes { id } } resources @include(if: $is) { nodes { description image { sha256 } } }
    resource(id: $id) { id } resource(id: $id) @skip(if: $is) { description }
  }
`);

const oneNull = graphql(`
  mutation OneNull($id: ID!, $none: DeleteResourceInput = { id: "nothing" }) {
    first: updateResource(input: { id: $id, title: "First" }) { resource { title } }
    none: deleteResource(input: $none) { deletedResourceId }
    last: updateResource(input: { id: $id, title: "Last" }) { resource { title } }
  }
`);
