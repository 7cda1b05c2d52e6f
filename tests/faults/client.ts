import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Ask, createAsk, type ShownError } from '../ask.ts';
import type { Told, ToldResource } from './told.ts';

export interface Picture {
  base64: string;
  sha256: string;
}

/** Three small images, each of another type. */
export const pictures = ['png', 'jpg', 'gif'].map((type): Picture => {
  const bytes = readFileSync(new URL(`../fixtures/four-colours.${type}`, import.meta.url));
  return { base64: bytes.toString('base64'), sha256: createHash('sha256').update(bytes).digest('hex') };
});
export const [png, jpg] = pictures as [Picture, Picture];

/** A client of the resources subgraph, who keeps in mind what it is told. Mutations throw where no answer comes. */
export function clientOf(url: string, token: string, told: Told): Client {
  const ask: Ask = createAsk(url, token);
  const keep = (resource: Shown): Shown => {
    const { id, owner, version, image } = resource;
    told.successes.push({ id, ownerId: owner.id, version, ...image });
    return resource;
  };
  const asked = async <Data>(
    query: string,
    input: object,
  ): Promise<{ data: Data } | { error: ShownError['extensions'] }> => {
    const { data, errors } = await ask<Data>(query, { input });
    const [error] = errors;
    return data && !error ? { data } : { error: error?.extensions ?? { code: 'NONE' } };
  };

  return {
    ask,
    async create(input) {
      const { picture, ...texts } = input;
      const wanted = { title: 'A picture', ...texts, image: { data: picture.base64 } };
      const answer = await asked<{ createResource: { resource: Shown } }>(creation, wanted);
      return 'data' in answer ? keep(answer.data.createResource.resource) : answer.error;
    },
    async update({ picture, ...change }) {
      const unsure = { id: change.id, type: 'UPDATE' as const, sha256: picture?.sha256 };
      told.unsure.push(unsure);
      const wanted = { ...change, ...(picture && { image: { data: picture.base64 } }) };
      const answer = await asked<{ updateResource: { resource: Shown } }>(update, wanted);
      if ('error' in answer) return answer.error;
      told.unsure.splice(told.unsure.indexOf(unsure), 1);
      return keep(answer.data.updateResource.resource);
    },
    async delete(id) {
      told.unsure.push({ id, type: 'DELETE' });
      const answer = await asked(deletion, { id });
      if ('error' in answer) return answer.error;
      told.deleted.push(id);
      return undefined;
    },
  };
}

export type Shown = Pick<ToldResource, 'id' | 'version'> & {
  title: string;
  owner: { id: string };
  image: { url: string; sha256: string };
};
type Refused = ShownError['extensions'];

export interface Client {
  ask: Ask;
  create(input: { picture: Picture; description?: string; idempotencyKey?: string }): Promise<Shown | Refused>;
  update(change: { id: string; title?: string; description?: string; picture?: Picture }): Promise<Shown | Refused>;
  delete(id: string): Promise<Refused | undefined>;
}

export const isShown = (answer: Shown | Refused | undefined): answer is Shown =>
  answer !== undefined && 'image' in answer;

const shown = '{ id version title owner { id } image { url sha256 } }';
const creation = `mutation ($input: CreateResourceInput!) { createResource(input: $input) { resource ${shown} } }`;
const update = `mutation ($input: UpdateResourceInput!) { updateResource(input: $input) { resource ${shown} } }`;
const deletion = `mutation ($input: DeleteResourceInput!) { deleteResource(input: $input) { deletedResourceId } }`;
