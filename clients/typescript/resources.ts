import { isApiError } from './errors.ts';
import { type CallOptions, type ClientParts, requireValue, type UploadOptions } from './execute.ts';
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
import { type NewImage, toImageInput } from './image-input.ts';

export type Resource = ResourceFieldsFragment;
export type ResourcePage = NonNullable<ResourcesQuery['resources']>;

export interface NewResource extends NewImage {
  title: string;
  description?: string | null | undefined;
  /** For 24 hours, creates with the same key create one resource. A random key by default. */
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
  /** 1 to 100; 50 by default. */
  pageSize?: number | undefined;
}

/** Operations on the user's resources. Each method lists the codes it may throw, besides UNAUTHENTICATED. */
export interface Resources {
  /**
   * Retries create one resource, thanks to the idempotency key. BAD_USER_INPUT, IMAGE_TOO_LARGE, PAYLOAD_TOO_LARGE,
   * UNSUPPORTED_IMAGE, CONFLICT, NOT_FOUND.
   */
  create(input: NewResource, options?: UploadOptions): Promise<Resource>;
  /** Null when there is no such resource, or it belongs to another account. */
  get(id: string, options?: CallOptions): Promise<Resource | null>;
  /** Changes the title, the description or both; `null` clears the description. BAD_USER_INPUT, NOT_FOUND, CONFLICT. */
  update(input: Omit<UpdateResourceInput, 'image'>, options?: CallOptions): Promise<Resource>;
  /**
   * Replaces the image behind the same URL. BAD_USER_INPUT, IMAGE_TOO_LARGE, PAYLOAD_TOO_LARGE, UNSUPPORTED_IMAGE, CONFLICT,
   * NOT_FOUND.
   */
  replaceImage(input: Replacement, options?: UploadOptions): Promise<Resource>;
  /** Retried until it is deleted. NOT_FOUND, CONFLICT. */
  delete(id: string, options?: DeleteOptions): Promise<void>;
  /** One page. BAD_USER_INPUT. */
  list(input?: ResourcesQueryVariables, options?: CallOptions): Promise<ResourcePage>;
  /**
   * Iterates over all resources in order and fetches pages as needed. All pages belong to one log-in: after another
   * log-in, or a log-out, the next page throws UNAUTHENTICATED. The iteration ends at the first page that fails. To
   * resume after a failure, page with `list` and pass each page's `endCursor` as the next `after`.
   */
  all(input?: AllInput, options?: CallOptions): AsyncGenerator<Resource, void, undefined>;
}

export function createResources({ execute, executeAs, session, maxUploadBytes }: ClientParts): Resources {
  /** For calls of several steps, all of which must use the same log-in. */
  const begin = async () => executeAs(await session.begin());

  return {
    async create({ title, description, idempotencyKey = randomKey(), ...image }, options) {
      const execute = await begin();
      const input = { title, description, image: await toImageInput(image, maxUploadBytes), idempotencyKey };
      const answer = await execute(CreateResourceDocument, { input }, { ...options, repeatable: 'anything' });
      return requireValue(answer.createResource).resource;
    },

    get: async (id, options) => (await execute(ResourceDocument, { id }, options)).resource,

    async update(input, options) {
      return requireValue((await execute(UpdateResourceDocument, { input }, options)).updateResource).resource;
    },

    async replaceImage({ id, expectedVersion, ...image }, options) {
      const execute = await begin();
      const input = { id, expectedVersion, image: await toImageInput(image, maxUploadBytes) };
      return requireValue((await execute(UpdateResourceDocument, { input }, options)).updateResource).resource;
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
        // An earlier attempt, whose response was lost, has deleted it.
        if (!mayBeGone || !isApiError(error, 'NOT_FOUND')) throw error;
      }
    },

    list: async (input = {}, options) => requireValue((await execute(ResourcesDocument, input, options)).resources),

    async *all({ pageSize = 50, orderBy = 'NEWEST', filter } = {}, options) {
      const execute = await begin();
      let after: string | null = null;
      do {
        const variables: ResourcesQueryVariables = { first: pageSize, after, orderBy, filter };
        const { nodes, pageInfo } = requireValue((await execute(ResourcePagesDocument, variables, options)).resources);
        yield* nodes;
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
    },
  };
}

/** 128 random bits. `crypto.randomUUID` exists only in secure contexts. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
