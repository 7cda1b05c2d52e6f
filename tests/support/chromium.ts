import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';
import { browserPath, expectedPath } from '../browser/find-browser.ts';

/** Describes tests that need a browser. Skips them with a notice if there is none. */
export function describeInBrowser(name: string, tests: () => void): void {
  const isInstalled = browserPath !== undefined;
  if (!isInstalled)
    console.warn(
      `Skipped: ${name}. There is no browser at ${expectedPath}: install Chromium, or set CHROMIUM to its path.`,
    );
  describe.skipIf(!isInstalled)(name, tests);
}

/** Starts a browser with a new profile and without background requests. */
export function openBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({
    executablePath: expectedPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet],
  });
}
