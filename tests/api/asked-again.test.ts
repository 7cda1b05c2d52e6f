import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Person, type System, startSystem } from '../system.ts';

let system: System;
let ada: Person;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

/** A resource of Ada's that has a description. */
async function createDescribed() {
  const id = await ada.create('A picture');
  const query = `mutation ($input: UpdateResourceInput!) { updateResource(input: $input) { resource { id } } }`;
  await ada.ask.data(query, { input: { id, description: 'As it was' } });
  return id;
}

/** The answers to one document, asked over and over with each of the variables. */
async function answersTo(query: string, times: Record<string, unknown>[]) {
  const answers: unknown[] = [];
  for (const variables of [...times, ...times, ...times]) {
    answers.push(JSON.parse((await ada.ask(query, variables)).text));
  }
  return answers;
}

const thrice = <Value>(values: Value[]) => [...values, ...values, ...values];

describe('a document that is asked again does the same:', () => {
  test('a field of an input whose variable is left out stays as it is', async () => {
    const id = await createDescribed();
    const query = `mutation ($id: ID!, $title: String, $description: String) {
      updateResource(input: { id: $id, title: $title, description: $description }) { resource { title description } }
    }`;
    const titles = ['One', 'Two'];
    expect(
      await answersTo(
        query,
        titles.map((title) => ({ id, title })),
      ),
    ).toEqual(
      thrice(titles.map((title) => ({ data: { updateResource: { resource: { title, description: 'As it was' } } } }))),
    );
  });

  test('a field of an input whose variable is null is taken away', async () => {
    const id = await createDescribed();
    const query = `mutation ($id: ID!, $description: String) {
      updateResource(input: { id: $id, description: $description }) { resource { description } }
    }`;
    const texts = ['Another', null];
    expect(
      await answersTo(
        query,
        texts.map((description) => ({ id, description })),
      ),
    ).toEqual(thrice(texts.map((description) => ({ data: { updateResource: { resource: { description } } } }))));
  });

  test('a fragment is left out where its condition says so, and nowhere else', async () => {
    const query = `query ($is: Boolean!) { one: resources { ...F @include(if: $is) } two: resources { ...F __typename } }
      fragment F on ResourceConnection { totalCount pageInfo { hasNextPage } }`;
    const asked = [{ is: false }, { is: true }];
    const all = { totalCount: expect.any(Number), pageInfo: { hasNextPage: false } };
    const two = { ...all, __typename: 'ResourceConnection' };
    expect(await answersTo(query, asked)).toEqual(thrice([{ data: { one: {}, two } }, { data: { one: all, two } }]));
  });

  test('a field that is asked for once more under a condition has all that was asked for', async () => {
    const id = await createDescribed();
    const query = `query ($id: ID!, $is: Boolean!) {
      resources { nodes { id } } resources @include(if: $is) { nodes { description image { sha256 } } }
      resource(id: $id) { id } resource(id: $id) @skip(if: $is) { description }
    }`;
    const answers = await answersTo(query, [
      { id, is: false },
      { id, is: true },
    ]);
    const [short, long] = [{ id }, { id, description: 'As it was' }];
    const node = { ...long, image: { sha256: expect.any(String) } };
    const [without, with_] = [
      { resources: { nodes: expect.arrayContaining([short]) }, resource: long },
      { resources: { nodes: expect.arrayContaining([node]) }, resource: short },
    ];
    expect(answers).toEqual(thrice([{ data: without }, { data: with_ }]));
  });

  test('null for an input that takes none is refused, and the other mutations run', async () => {
    const id = await createDescribed();
    const query = `mutation ($id: ID!, $none: DeleteResourceInput = { id: "nothing" }) {
      first: updateResource(input: { id: $id, title: "First" }) { resource { title } }
      none: deleteResource(input: $none) { deletedResourceId }
      last: updateResource(input: { id: $id, title: "Last" }) { resource { title } }
    }`;
    const [first, last] = ['First', 'Last'].map((title) => ({ resource: { title } }));
    for (const answer of await answersTo(query, [{ id, none: null }])) {
      expect(answer).toMatchObject({ data: { first, none: null, last }, errors: [{ path: ['none'] }] });
    }
  });
});
