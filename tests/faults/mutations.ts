import { type Client, jpg, png } from './client.ts';
import type { Step } from './steps.ts';

export type Mutate = (client: Client) => Promise<unknown>;

export interface Mutation {
  /** Asks for it; with the id of a resource with a PNG where it is of one. */
  ask(client: Client, id: string): Promise<unknown>;
  isOfResource: boolean;
  /** Each step in the order in which it is come to, and what is there once a process that was killed at it is settled. */
  steps: Partial<Record<Step, 'nothing' | 'version 1, png' | 'version 2, png' | 'version 2, jpg'>>;
  /** Whether the same can be asked for again, and gives the same. */
  isKeyed?: boolean;
}

/** All that changes something, each from its first step to its last. */
export const mutations: Record<string, Mutation> = {
  'a create without a key': {
    ask: (client) => client.create({ picture: png, description: 'wanted' }),
    isOfResource: false,
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
    ask: createWithKey,
    isOfResource: false,
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
    ask: (client, id) => client.update({ id, picture: jpg }),
    isOfResource: true,
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
    ask: (client, id) => client.update({ id, title: 'New' }),
    isOfResource: true,
    steps: {
      'before store.update': 'version 1, png',
      'after store.update': 'version 2, png',
    },
  },
  'a deletion': {
    ask: (client, id) => client.delete(id),
    isOfResource: true,
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
