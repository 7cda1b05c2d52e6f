import { ApiError } from '../../platform/api-error.ts';
import type { ErrorExtensions } from '../../schema/error-codes.ts';

/** Also of a resource that is somebody else's. */
export function notFound(): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'NOT_FOUND' }, 'There is no such resource.');
}

/** The resource is not of the version that the change was meant for. */
export function versionPassed(currentVersion: number): ApiError<ErrorExtensions> {
  const message = `The resource has moved on to version ${currentVersion}: look at it again, then decide.`;
  return new ApiError<ErrorExtensions>({ code: 'CONFLICT', reason: 'VERSION_PASSED', currentVersion }, message);
}

/** Another change of the same thing is under way. */
export function inProgress(): ApiError<ErrorExtensions> {
  const message = 'Another change of the same is under way just now: try again when that is done.';
  return new ApiError<ErrorExtensions>({ code: 'CONFLICT', reason: 'IN_PROGRESS' }, message);
}

/** The key was used with another input. */
export function keyReused(): ApiError<ErrorExtensions> {
  const message = 'This idempotencyKey came with another input before: take a new key for a new resource.';
  return new ApiError<ErrorExtensions>({ code: 'CONFLICT', reason: 'KEY_REUSED' }, message);
}

/** The time in which a change may be written has passed; what was begun is settled without the request. */
export function tookTooLong(): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>(
    { code: 'SERVICE_UNAVAILABLE' },
    'This took too long and was given up: look, then try again.',
  );
}

/** The account was deleted meanwhile: its resources are taken away, and what was under way is not kept. */
export function accountDeleted(): ApiError<ErrorExtensions> {
  const message = 'The account of this access token has been deleted, and its resources with it.';
  return new ApiError<ErrorExtensions>({ code: 'UNAUTHENTICATED', reason: 'INVALID' }, message);
}

/** The image service has no image where it once took one. */
export function imageLost(imageId: string): ApiError<ErrorExtensions> {
  return imageServiceWrong(`The image service has no image ${imageId}, which a resource refers to.`);
}

/** The image service gave out an id twice. */
export function imageOfAnother(imageId: string): ApiError<ErrorExtensions> {
  return imageServiceWrong(`The image service gave out the id ${imageId}, which another resource refers to.`);
}

function imageServiceWrong(reason: string): ApiError<ErrorExtensions> {
  const message = 'The image service does not answer as it should: try again.';
  return new ApiError<ErrorExtensions>({ code: 'IMAGE_SERVICE_UNAVAILABLE' }, message, { cause: new Error(reason) });
}
