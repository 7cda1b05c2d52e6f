/**
 * Imported first: the heap grows by 15 % at most before V8 looks through it for what is garbage, so that images which
 * were stored do not pile up.
 */

import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--heap-growing-percent=15');
