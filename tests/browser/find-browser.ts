import { existsSync } from 'node:fs';

/** Debian's path of Chromium, unless CHROMIUM names another. */
export const expectedPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The browser for the tests; undefined if it is not installed. */
export const browserPath = existsSync(expectedPath) ? expectedPath : undefined;

/** Set once the warning is printed: each project of vitest evaluates the configuration again. */
const warned = Symbol.for('image-supergraph: no browser');

/** Prints a warning, once, if there is no browser. */
export function warnIfNoBrowser(): void {
  if (browserPath !== undefined || warned in globalThis) return;
  Object.assign(globalThis, { [warned]: true });
  process.stderr.write(
    `The tests in tests/browser are skipped: ${expectedPath} does not exist. Install chromium, or set CHROMIUM to its path.\n`,
  );
}
