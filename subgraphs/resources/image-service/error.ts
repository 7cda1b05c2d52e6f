import { ApiError } from '../../../platform/api-error.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';

/**
 * What a failed call did to the image service.
 * `none`: surely nothing, as it was never sent or was refused.
 * `answered`: perhaps what was asked for, but the service is through with it: nothing lands later.
 * `unknown`: nobody knows, and it may still land.
 */
export type ImageServiceEffect = 'none' | 'answered' | 'unknown';

/** IMAGE_SERVICE_UNAVAILABLE, with what the call that failed did all the same. */
export class ImageServiceError extends ApiError<ErrorExtensions> {
  readonly effect: ImageServiceEffect;

  constructor(effect: ImageServiceEffect, cause: unknown) {
    const message = 'The image service cannot be reached or does not answer as it should: try again.';
    super({ code: 'IMAGE_SERVICE_UNAVAILABLE' }, message, { cause });
    this.effect = effect;
  }
}
