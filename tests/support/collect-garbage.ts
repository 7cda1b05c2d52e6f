import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects all garbage now, which otherwise comes when it will. */
export const collectGarbage: () => void = runInNewContext('gc');
