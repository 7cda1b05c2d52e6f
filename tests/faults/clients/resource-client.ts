import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { StoredResourceFragment } from '../../generated/graphql.ts';
import { createStored, deleteResource, updateStored } from '../../support/graphql/documents.ts';
import {
  type GraphqlResponse,
  type ResponseError,
  requestTo,
  requireValue,
  type SendRequest,
} from '../../support/graphql/request.ts';
import type { ClientLedger } from './ledger.ts';

export interface Picture {
  base64: string;
  contentType: string;
  sha256: string;
}

/** Three small images, each of another type. */
export const pictures = Object.entries({ png: 'image/png', jpg: 'image/jpeg', gif: 'image/gif' }).map(toPicture);

function toPicture([type, contentType]: [string, string]): Picture {
  const bytes = readFileSync(new URL(`../../fixtures/four-colours.${type}`, import.meta.url));
  return { base64: bytes.toString('base64'), contentType, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export const [png, jpg] = pictures as [Picture, Picture];

export type StoredResource = StoredResourceFragment;
type ErrorAnswer = ResponseError['extensions'];

/** Sends mutations to resources and records the answers. Rejects if no answer arrives; resolves to an error answer. */
export interface Client {
  request: SendRequest;
  create(input: {
    picture: Picture;
    description?: string;
    idempotencyKey?: string;
  }): Promise<StoredResource | ErrorAnswer>;
  update(change: {
    id: string;
    title?: string;
    description?: string;
    picture?: Picture;
  }): Promise<StoredResource | ErrorAnswer>;
  /** Resolves to undefined if the resource is deleted. */
  delete(id: string): Promise<ErrorAnswer | undefined>;
}

export const isResource = (answer: StoredResource | ErrorAnswer | undefined): answer is StoredResource =>
  answer !== undefined && 'image' in answer;

/** Throws if a create that prepares a test has failed. */
export function requireResource(answer: StoredResource | ErrorAnswer): StoredResource {
  if (!isResource(answer)) throw new Error(`The test could not create its resource: ${answer.code}`);
  return answer;
}

export function clientOf(url: string, token: string, ledger: ClientLedger): Client {
  const request: SendRequest = requestTo(url, token);
  const record = (resource: StoredResource): StoredResource => {
    const { id, owner, version, image } = resource;
    ledger.successes.push({ id, ownerId: requireValue(owner).id, version, ...image });
    return resource;
  };

  return {
    request,
    async create({ picture, ...texts }) {
      const input = { title: 'A picture', ...texts, image: { data: picture.base64 } };
      const answer = outcomeOf(await request(createStored, { input }));
      return 'data' in answer ? record(requireValue(answer.data.createResource).resource) : answer.error;
    },
    async update({ picture, ...change }) {
      const uncertain = { id: change.id, type: 'UPDATE' as const, sha256: picture?.sha256 };
      ledger.uncertain.push(uncertain);
      const input = { ...change, ...(picture && { image: { data: picture.base64 } }) };
      const answer = outcomeOf(await request(updateStored, { input }));
      if ('error' in answer) return answer.error;
      ledger.uncertain.splice(ledger.uncertain.indexOf(uncertain), 1);
      return record(requireValue(answer.data.updateResource).resource);
    },
    async delete(id) {
      ledger.uncertain.push({ id, type: 'DELETE' });
      const answer = outcomeOf(await request(deleteResource, { input: { id } }));
      if ('error' in answer) return answer.error;
      ledger.deleted.push(id);
      return undefined;
    },
  };
}

function outcomeOf<Data>({ data, errors: [error] }: GraphqlResponse<Data>): { data: Data } | { error: ErrorAnswer } {
  return data && !error ? { data } : { error: error?.extensions ?? { code: 'NONE' } };
}
