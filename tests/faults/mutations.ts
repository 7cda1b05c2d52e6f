import { type Client, jpg, png } from './clients/resource-client.ts';
import type { Step } from './processes/steps.ts';

export type Mutate = (client: Client) => Promise<unknown>;

export interface Mutation {
  /** Sends it. `id` is that of a resource with a PNG, if the mutation changes a resource. */
  send(client: Client, id: string): Promise<unknown>;
  changesResource: boolean;
  /** Its steps in order, each with the state after a kill at it and the recovery. */
  steps: Partial<Record<Step, 'nothing' | 'version 1, png' | 'version 2, png' | 'version 2, jpg'>>;
  /** True if it has an idempotency key, so that sending it again gives the same resource. */
  isKeyed?: boolean;
}

/** Every mutation of resources. */
export const mutations: Record<string, Mutation> = {
  'a create without a key': {
    send: (client) => client.create({ picture: png, description: 'wanted' }),
    changesResource: false,
    steps: {
      'before operations.beginCreate': 'nothing',
      'after operations.beginCreate': 'nothing',
      'before imageClient.create': 'nothing',
      'after imageClient.create': 'nothing',
      'before operations.reserve': 'nothing',
      'after operations.reserve': 'nothing',
      'before imageClient.replace': 'nothing',
      'after imageClient.replace': 'nothing',
      'before operations.finishCreate': 'nothing',
      'after operations.finishCreate': 'version 1, png',
    },
  },
  'a create with a key': {
    send: createWithKey,
    changesResource: false,
    steps: {
      'before operations.findByKey': 'nothing',
      'after operations.findByKey': 'nothing',
      'before operations.beginCreate': 'nothing',
      'after operations.beginCreate': 'nothing',
      'before imageClient.create': 'nothing',
      'after imageClient.create': 'nothing',
      'before operations.reserve': 'nothing',
      'after operations.reserve': 'nothing',
      'before imageClient.replace': 'nothing',
      'after imageClient.replace': 'version 1, png',
      'before operations.finishCreate': 'version 1, png',
      'after operations.finishCreate': 'version 1, png',
    },
    isKeyed: true,
  },
  'a replacement': {
    send: (client, id) => client.update({ id, picture: jpg }),
    changesResource: true,
    steps: {
      'before operations.beginReplacement': 'version 1, png',
      'after operations.beginReplacement': 'version 1, png',
      'before imageClient.replace': 'version 1, png',
      'after imageClient.replace': 'version 2, jpg',
      'before operations.finishReplacement': 'version 2, jpg',
      'after operations.finishReplacement': 'version 2, jpg',
    },
  },
  'an update of texts': {
    send: (client, id) => client.update({ id, title: 'New' }),
    changesResource: true,
    steps: {
      'before store.update': 'version 1, png',
      'after store.update': 'version 2, png',
    },
  },
  'a deletion': {
    send: (client, id) => client.delete(id),
    changesResource: true,
    steps: {
      'before operations.beginDeletion': 'version 1, png',
      'after operations.beginDeletion': 'nothing',
      'before imageClient.delete': 'nothing',
      'after imageClient.delete': 'nothing',
      'before operations.end': 'nothing',
      'after operations.end': 'nothing',
    },
  },
};

export function createWithKey(client: Client) {
  return client.create({ picture: png, description: 'wanted', idempotencyKey: 'the one' });
}
