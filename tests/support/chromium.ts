import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';
import { browserPath, expectedPath } from '../browser/find-browser.ts';

/** Tests that need a browser. Where there is none they are left out, and a line says so. */
export function describeInBrowser(name: string, tests: () => void): void {
  const isThere = browserPath !== undefined;
  if (!isThere)
    console.warn(
      `Left out: ${name}. There is no browser at ${expectedPath}: install chromium, or name one in CHROMIUM.`,
    );
  describe.skipIf(!isThere)(name, tests);
}

/** A browser with a profile of its own, that speaks to nobody of itself. */
export function openBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({
    executablePath: expectedPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet],
  });
}
