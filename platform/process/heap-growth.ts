import { setFlagsFromString } from 'node:v8';

/**
 * How much V8 lets the heap grow, in percent, before it looks through all of it for what is garbage. By itself it lets
 * uploads pile up, to ten times of what is under way. Little growth costs time, a fifth of what a list costs: so it is
 * asked for only as long as large bodies come.
 */
const growth = { usually: 100, beneathLargeBodies: 15 };
const calmAfterMs = 1_000;

let calming: NodeJS.Timeout | undefined;

// Each process imports this first: what starting leaves behind sets how far the heap may grow afterwards.
allow(growth.usually);

/** Keeps the heap small until a while after the last call. */
export function expectLargeBodies(): void {
  if (calming) {
    calming.refresh();
    return;
  }
  allow(growth.beneathLargeBodies);
  calming = setTimeout(calmDown, calmAfterMs).unref();
}

function calmDown(): void {
  calming = undefined;
  allow(growth.usually);
}

function allow(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}
