import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { StoredResourceFragment } from '../generated/graphql.ts';
import { type Answer, type Ask, createAsk, given, type ShownError } from '../support/ask.ts';
import { createStored, deleteResource, updateStored } from '../support/documents.ts';
import type { Told } from './client-ledger.ts';

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
    told.successes.push({ id, ownerId: given(owner).id, version, ...image });
    return resource;
  };

  return {
    ask,
    async create(input) {
      const { picture, ...texts } = input;
      const wanted = { title: 'A picture', ...texts, image: { data: picture.base64 } };
      const answer = outcomeOf(await ask(createStored, { input: wanted }));
      return 'data' in answer ? keep(given(answer.data.createResource).resource) : answer.error;
    },
    async update({ picture, ...change }) {
      const unsure = { id: change.id, type: 'UPDATE' as const, sha256: picture?.sha256 };
      told.unsure.push(unsure);
      const wanted = { ...change, ...(picture && { image: { data: picture.base64 } }) };
      const answer = outcomeOf(await ask(updateStored, { input: wanted }));
      if ('error' in answer) return answer.error;
      told.unsure.splice(told.unsure.indexOf(unsure), 1);
      return keep(given(answer.data.updateResource).resource);
    },
    async delete(id) {
      told.unsure.push({ id, type: 'DELETE' });
      const answer = outcomeOf(await ask(deleteResource, { input: { id } }));
      if ('error' in answer) return answer.error;
      told.deleted.push(id);
      return undefined;
    },
  };
}

function outcomeOf<Data>({ data, errors: [error] }: Answer<Data>): { data: Data } | { error: Refused } {
  return data && !error ? { data } : { error: error?.extensions ?? { code: 'NONE' } };
}

export type Shown = StoredResourceFragment;
type Refused = ShownError['extensions'];

export interface Client {
  ask: Ask;
  create(input: { picture: Picture; description?: string; idempotencyKey?: string }): Promise<Shown | Refused>;
  update(change: { id: string; title?: string; description?: string; picture?: Picture }): Promise<Shown | Refused>;
  delete(id: string): Promise<Refused | undefined>;
}

export const isShown = (answer: Shown | Refused | undefined): answer is Shown =>
  answer !== undefined && 'image' in answer;
