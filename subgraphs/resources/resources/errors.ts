import { ApiError } from '../../../platform/api-error.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';

export type ResourceError = ApiError<ErrorExtensions>;

const apiError = (extensions: ErrorExtensions, message: string, options?: ErrorOptions): ResourceError =>
  new ApiError<ErrorExtensions>(extensions, message, options);

/** The resource does not exist or belongs to another account: clients cannot tell which. */
export const notFound = () => apiError({ code: 'NOT_FOUND' }, 'There is no such resource.');

/** The resource is not at the version that the client expects. */
export function versionPassed(currentVersion: number): ResourceError {
  const message = `The resource is now at version ${currentVersion}: read it again before you change it.`;
  return apiError({ code: 'CONFLICT', reason: 'VERSION_PASSED', currentVersion }, message);
}

/** Another change of the same resource, or a create with the same key, is in progress. */
export function inProgress(): ResourceError {
  const message = 'Another change of this resource is in progress: try again when it has finished.';
  return apiError({ code: 'CONFLICT', reason: 'IN_PROGRESS' }, message);
}

/** The idempotency key was used with another input. */
export function keyReused(): ResourceError {
  const message = 'This idempotencyKey was already used with another input: use a new key for a new resource.';
  return apiError({ code: 'CONFLICT', reason: 'KEY_REUSED' }, message);
}

/** The operation's lease expired before its result was stored. The reconciler finishes or undoes the operation. */
export function leaseExpired(): ResourceError {
  const message = 'The request took too long and was abandoned: check the resource, then try again.';
  return apiError({ code: 'SERVICE_UNAVAILABLE' }, message);
}

/** The account was deleted while the request was in progress. */
export function accountDeleted(): ResourceError {
  const message = 'The account of this access token has been deleted, together with its resources.';
  return apiError({ code: 'UNAUTHENTICATED', reason: 'INVALID' }, message);
}

/** The image service has lost an image that it had stored. */
export const imageLost = (imageId: string) =>
  imageServiceFault(`The image service no longer has the image ${imageId} of a resource.`);

/** The image service has assigned one id to two images. */
export const duplicateImageId = (imageId: string) =>
  imageServiceFault(`The image service assigned the id ${imageId}, which another resource already uses.`);

function imageServiceFault(reason: string): ResourceError {
  const message = 'The image service returned an unexpected response: try again.';
  return apiError({ code: 'IMAGE_SERVICE_UNAVAILABLE' }, message, { cause: new Error(reason) });
}
