import { type ImageBytes, toBase64 } from './base64.ts';
import { isApiError } from './errors.ts';
import type { CallOptions, ClientParts } from './execute.ts';
import {
  CreateResourceDocument,
  DeleteResourceDocument,
  ResourceDocument,
  type ResourceFieldsFragment,
  type ResourceFilter,
  type ResourceOrder,
  ResourcePagesDocument,
  ResourcesDocument,
  type ResourcesQuery,
  type ResourcesQueryVariables,
  UpdateResourceDocument,
  type UpdateResourceInput,
} from './generated/operations.ts';
import { given } from './require-value.ts';

export type Resource = ResourceFieldsFragment;
export type ResourcePage = NonNullable<ResourcesQuery['resources']>;

/** An image as it is to be stored. */
export interface NewImage {
  image: ImageBytes;
  /** Where given, it must be what the bytes are. */
  contentType?: string | undefined;
}

export interface NewResource extends NewImage {
  title: string;
  description?: string | null | undefined;
  /** What repetitions are told by, for 24 hours: one of chance unless it is given. */
  idempotencyKey?: string | undefined;
}

export interface Replacement extends NewImage {
  id: string;
  expectedVersion?: number | undefined;
}

export interface DeleteOptions extends CallOptions {
  expectedVersion?: number | undefined;
}

export interface AllInput {
  orderBy?: ResourceOrder | undefined;
  filter?: ResourceFilter | undefined;
  /** 1 to 100; 50 unless it is given. */
  pageSize?: number | undefined;
}

/** Everything about the viewer's resources. Each may be refused as UNAUTHENTICATED, beside what it says itself. */
export interface Resources {
  /** Tried again until it is answered, which creates one. BAD_USER_INPUT, IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, CONFLICT, NOT_FOUND. */
  create(input: NewResource, options?: CallOptions): Promise<Resource>;
  /** Null where there is none by that id, or it is somebody else's. */
  get(id: string, options?: CallOptions): Promise<Resource | null>;
  /** Changes the texts that are given; `description: null` clears it. BAD_USER_INPUT, NOT_FOUND, CONFLICT. */
  update(input: Omit<UpdateResourceInput, 'image'>, options?: CallOptions): Promise<Resource>;
  /** Other bytes at the same URL. As create. */
  replaceImage(input: Replacement, options?: CallOptions): Promise<Resource>;
  /** Tried again until it is gone. NOT_FOUND, CONFLICT. */
  delete(id: string, options?: DeleteOptions): Promise<void>;
  /** One page. BAD_USER_INPUT. */
  list(input?: ResourcesQueryVariables, options?: CallOptions): Promise<ResourcePage>;
  /**
   * Every resource in order, page by page as they are taken. All are whoever's the first is: where somebody else logs in
   * between two pages, or nobody is logged in any more, it rejects as UNAUTHENTICATED. It ends with the first page that
   * fails; who wants to go on from there takes pages from `list`, each after the `endCursor` of the one before.
   */
  all(input?: AllInput, options?: CallOptions): AsyncGenerator<Resource, void, undefined>;
}

export function createResources({ execute, executeAs, session }: ClientParts): Resources {
  /** For what takes more than one step: all of them are whoever's the first is. */
  const begin = async () => executeAs(await session.begin());

  return {
    async create({ title, description, idempotencyKey = randomKey(), ...image }, options) {
      const execute = await begin();
      const input = { title, description, image: await toInput(image), idempotencyKey };
      const answer = await execute(CreateResourceDocument, { input }, { ...options, repeatable: 'anything' });
      return given(answer.createResource).resource;
    },

    get: async (id, options) => (await execute(ResourceDocument, { id }, options)).resource,

    async update(input, options) {
      return given((await execute(UpdateResourceDocument, { input }, options)).updateResource).resource;
    },

    async replaceImage({ id, expectedVersion, ...image }, options) {
      const execute = await begin();
      const input = { id, expectedVersion, image: await toInput(image) };
      return given((await execute(UpdateResourceDocument, { input }, options)).updateResource).resource;
    },

    async delete(id, { expectedVersion, signal } = {}) {
      let mayBeGone = false;
      const onRetry = (error: unknown) => {
        mayBeGone ||= !isApiError(error, 'CONFLICT', 'RATE_LIMITED');
      };
      try {
        const input = { id, expectedVersion };
        await execute(DeleteResourceDocument, { input }, { signal, repeatable: 'anything', onRetry });
      } catch (error) {
        // An attempt that nobody heard the answer of has done it.
        if (!mayBeGone || !isApiError(error, 'NOT_FOUND')) throw error;
      }
    },

    list: async (input = {}, options) => given((await execute(ResourcesDocument, input, options)).resources),

    async *all({ pageSize = 50, orderBy = 'NEWEST', filter } = {}, options) {
      const execute = await begin();
      let after: string | null = null;
      do {
        const variables: ResourcesQueryVariables = { first: pageSize, after, orderBy, filter };
        const { nodes, pageInfo } = given((await execute(ResourcePagesDocument, variables, options)).resources);
        yield* nodes;
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
    },
  };
}

async function toInput({ image, contentType }: NewImage) {
  return { data: await toBase64(image), contentType };
}

/** 128 random bits; `crypto.randomUUID` is there in secure contexts only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
