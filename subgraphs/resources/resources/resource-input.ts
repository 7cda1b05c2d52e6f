import { throwIfInvalid, type ValidationIssue } from '../../../platform/api-error.ts';
import type { ImageInput, ReadFor } from '../images/image-reader.ts';
import { descriptionIssues, keyIssues, titleIssues, trimTitle } from './text-validation.ts';

/** The viewer and the request that a rule runs for. */
export type Caller = ReadFor;

export interface CreateInput {
  title: string;
  description?: string | null;
  image: ImageInput;
  /** Identifies repetitions of this create. */
  idempotencyKey?: string | null;
}

/** A field that is left out stays as it is. Null removes the description; for other fields it is an error. */
export interface UpdateInput {
  id: string;
  title?: string | null;
  description?: string | null;
  image?: ImageInput | null;
  expectedVersion?: number | null;
}

export interface DeleteInput {
  id: string;
  expectedVersion?: number | null;
}

/** The ids of resources have 36 characters. */
const maxIdLength = 64;

/**
 * Returns the id, or one that no resource has if it is too long for any: the database would copy it for each look-up, which
 * takes half a second for the 20 MB that an upload can carry.
 */
export function boundedId(id: string): string {
  return id.length > maxIdLength ? '' : id;
}

/** Validates a create and trims its title. Throws BAD_USER_INPUT with every issue. */
export function readCreateInput({ title: untrimmed, description = null, image, idempotencyKey }: CreateInput) {
  const title = trimTitle(untrimmed);
  throwIfInvalid([
    ...titleIssues(title),
    ...descriptionIssues(description ?? ''),
    ...(typeof idempotencyKey === 'string' ? keyIssues(idempotencyKey) : []),
  ]);
  return { title, description, image };
}

/** Tells an update that only reads the resource. */
export function changesNothing({ title, description, image }: UpdateInput): boolean {
  return title === undefined && description === undefined && image === undefined;
}

/** Validates an update; the result has only the fields that change. Throws BAD_USER_INPUT with every issue. */
export function readUpdateInput({ id, title, description, image, expectedVersion }: UpdateInput) {
  const trimmed = typeof title === 'string' ? trimTitle(title) : title;
  throwIfInvalid([
    ...nullIssues({ title: trimmed, image }),
    ...(typeof trimmed === 'string' ? titleIssues(trimmed) : []),
    ...descriptionIssues(description ?? ''),
  ]);
  return {
    id: boundedId(id),
    expectedVersion: expectedVersion ?? undefined,
    ...(typeof trimmed === 'string' && { title: trimmed }),
    ...(description !== undefined && { description }),
    ...(image && { image }),
  };
}

function nullIssues(fields: Record<string, unknown>): ValidationIssue[] {
  return Object.entries(fields)
    .filter(([, value]) => value === null)
    .map(([field]) => ({ field, message: 'This field cannot be null: give a new value, or leave the field out.' }));
}
