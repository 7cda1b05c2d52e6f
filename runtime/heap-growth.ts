/**
 * Imported first by every process: how much the heap may grow, in percent, before V8 looks through all of it for what
 * is garbage. By itself it lets uploads pile up, to several times of what is under way at once.
 */

import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--heap-growing-percent=15');
