import { existsSync } from 'node:fs';

/** Where Debian puts chromium; another can be named. */
export const expectedPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The browser to test in; undefined where there is none. */
export const browserPath = existsSync(expectedPath) ? expectedPath : undefined;

/** Every project of vitest reads the configuration anew. */
const said = Symbol.for('image-supergraph: no browser');

/** Says, once, that there is none, where there is none. */
export function sayIfNone(): void {
  if (browserPath !== undefined || said in globalThis) return;
  Object.assign(globalThis, { [said]: true });
  process.stderr.write(
    `The tests in a browser (tests/browser) are skipped: there is no ${expectedPath}. Install chromium, or set CHROMIUM to where it is.\n`,
  );
}
