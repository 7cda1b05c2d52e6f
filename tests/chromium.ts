import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const path = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What to say where there is no browser to test in; undefined where there is one. */
export const noBrowser = existsSync(path)
  ? undefined
  : `no browser at ${path}: install chromium, or name it in CHROMIUM`;

/** A browser with a profile of its own, that speaks to nobody of itself. */
export function openBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet] });
}
