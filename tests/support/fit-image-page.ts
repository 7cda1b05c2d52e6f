import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser } from './chromium.ts';
import { temporaryFolder } from './files.ts';
import { serveFolder } from './http/static-files.ts';
import { packClient } from './packed-client.ts';

interface SentFile {
  bytes: Buffer;
  name: string;
  type?: string;
  maxBytes?: number;
  /** Aborts before (0) or this many milliseconds after the start. */
  abortAfterMs?: number;
}

/** The result of `fitImage`, or the error that it threw. */
export interface PageResult {
  error?: { name: string; message: string };
  bytes: Buffer;
  /** True if the image is the very object that was passed. */
  isSame?: boolean;
  name?: string;
  type?: string;
  width?: number;
  height?: number;
  changed?: boolean;
  original?: { bytes: number; width: number; height: number; type: string };
}

/** Runs in the page, as text: what a bundler adds to functions does not exist there. */
const script = `
import { fitImage } from './fit-image.js';
globalThis.fitFile = async ({ name, type, maxBytes, abortAfterMs }) => {
  const response = await fetch('file');
  const file = new File([await response.arrayBuffer()], name, { type });
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('Enough.', 'AbortError'));
  if (abortAfterMs === 0) abort();
  else if (abortAfterMs !== undefined) setTimeout(abort, abortAfterMs);
  try {
    const { image, ...rest } = await fitImage(file, { maxBytes, signal: controller.signal });
    const url = await new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.readAsDataURL(image);
    });
    const details = { isSame: image === file, name: image.name, type: image.type };
    return { ...rest, ...details, base64: url.slice(url.indexOf(',') + 1) };
  } catch ({ name, message }) {
    return { error: { name, message }, base64: '' };
  }
};`;

/** Opens a page with the packed client in a browser. */
export async function openFitImagePage() {
  const folder = temporaryFolder();
  await packClient(folder.path);
  const built = join(folder.path, 'client', 'dist');
  writeFileSync(join(built, 'page.js'), script);
  writeFileSync(join(built, 'index.html'), '<!doctype html><script type="module" src="page.js"></script>');
  const site = await serveFolder(built);
  const browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(site.url);
  await page.waitForFunction('globalThis.fitFile');
  return {
    async fit({ bytes, type = '', ...rest }: SentFile): Promise<PageResult> {
      writeFileSync(join(built, 'file'), bytes);
      const result = await page.evaluate(`fitFile(${JSON.stringify({ type, ...rest })})`);
      const { base64, ...details } = result as Omit<PageResult, 'bytes'> & { base64: string };
      return { ...details, bytes: Buffer.from(base64, 'base64') };
    },
    async close() {
      await browser.close();
      await site.stop();
      folder.remove();
    },
  };
}
