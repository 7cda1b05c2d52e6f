import { throwIfInvalid, type ValidationIssue } from '../../../platform/api-error.ts';
import type { ImageInput } from '../images/image-reader.ts';
import { descriptionProblems, keyProblems, titleProblems, trimTitle } from './text-validation.ts';

export interface CreateInput {
  title: string;
  description?: string | null;
  image: ImageInput;
  /** What the client tells repetitions of this create by. */
  idempotencyKey?: string | null;
}

/** A field that is left out stays; null is not the same. */
export interface UpdateInput {
  id: string;
  title?: string | null;
  description?: string | null;
  image?: ImageInput | null;
  expectedVersion?: number | null;
}

/** What a new resource holds, with its title trimmed; BAD_USER_INPUT with every problem. */
export function readCreateInput({ title: asWritten, description = null, image, idempotencyKey }: CreateInput) {
  const title = trimTitle(asWritten);
  throwIfInvalid([
    ...titleProblems(title),
    ...descriptionProblems(description ?? ''),
    ...(typeof idempotencyKey === 'string' ? keyProblems(idempotencyKey) : []),
  ]);
  return { title, description, image };
}

/** What an update changes, and nothing else; BAD_USER_INPUT with every problem. */
export function readUpdateInput({ id, title, description, image, expectedVersion }: UpdateInput) {
  const trimmed = typeof title === 'string' ? trimTitle(title) : title;
  throwIfInvalid([
    ...nullProblems({ title: trimmed, image }),
    ...(typeof trimmed === 'string' ? titleProblems(trimmed) : []),
    ...descriptionProblems(description ?? ''),
  ]);
  return {
    id,
    expectedVersion: expectedVersion ?? undefined,
    ...(typeof trimmed === 'string' && { title: trimmed }),
    ...(description !== undefined && { description }),
    ...(image && { image }),
  };
}

function nullProblems(fields: Record<string, unknown>): ValidationIssue[] {
  return Object.entries(fields)
    .filter(([, value]) => value === null)
    .map(([field]) => ({ field, message: 'It cannot be taken away: give another, or leave the field out.' }));
}
