import { Refusal } from '../../runtime/refusal.ts';

/** Also of a resource that is somebody else's. */
export function notFound(): Refusal {
  return new Refusal({ code: 'NOT_FOUND' }, 'There is no such resource.');
}

/** The resource is not of the version that the change was meant for. */
export function versionPassed(currentVersion: number): Refusal {
  const message = `The resource has moved on to version ${currentVersion}: look at it again, then decide.`;
  return new Refusal({ code: 'CONFLICT', reason: 'VERSION_PASSED', currentVersion }, message);
}

/** The image service has no image where it once took one. */
export function imageLost(imageId: string): Refusal {
  return imageServiceWrong(`The image service has no image ${imageId}, which a resource refers to.`);
}

/** The image service gave out an id twice. */
export function imageOfAnother(imageId: string): Refusal {
  return imageServiceWrong(`The image service gave out the id ${imageId}, which another resource refers to.`);
}

function imageServiceWrong(reason: string): Refusal {
  const message = 'The image service does not answer as it should: try again.';
  return new Refusal({ code: 'IMAGE_SERVICE_UNAVAILABLE' }, message, { cause: new Error(reason) });
}
