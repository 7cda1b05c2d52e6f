import { chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { AccountRules } from '../../subgraphs/auth/server.ts';
import { type System, startSystem } from '../support/system.ts';
import { browserPath } from './find-browser.ts';

export type Editor = 'operation' | 'variables' | 'request-headers' | 'response';

/** What GraphQL answers, as the page shows it. */
export interface Shown<Data> {
  data?: Data;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

/** The explorer in a browser, before a supergraph of its own. */
export interface OpenExplorer {
  page: Page;
  system: System;
  /** Clicks a tab. */
  show(tab: string): Promise<void>;
  /** Clicks a tab and then Execute. */
  run<Data>(tab: string): Promise<Shown<Data>>;
  /** Waits until the answer to what was executed last is shown. */
  answer<Data>(): Promise<Shown<Data>>;
  /** What an editor holds. */
  text(editor: Editor): Promise<string>;
  /** Replaces what an editor holds, as by pasting. */
  write(editor: Editor, text: string): Promise<void>;
  /** What the page says to whoever uses it. */
  notice(): Promise<string>;
}

/** A window of the size that the pictures in docs/ have. */
const viewport = { width: 1280, height: 800 };

/** No name is found and nothing is asked that the page does not ask for. */
const closedNetwork = [
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Starts a supergraph and opens its explorer in a browser with a profile of its own. When the test is over, it fails if
 * the page logged an error or a warning, broke its Content-Security-Policy, or asked for anything that is not on this machine.
 */
export async function openExplorer(rules: Partial<AccountRules> = {}, path = '/'): Promise<OpenExplorer> {
  const system = await startSystem(rules);
  const browser = await chromium.launch({
    ...(browserPath !== undefined && { executablePath: browserPath }),
    args: ['--no-sandbox', '--disable-gpu', ...closedNetwork],
  });
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const trouble = watch(page);
  onTestFinished(async () => {
    await browser.close();
    await system.stop();
    expect(trouble).toEqual([]);
  });
  await page.goto(new URL(path, system.gateway).href);
  await page.getByRole('button', { name: 'Execute' }).waitFor();
  await page.getByLabel('Operation Editor').locator('.view-lines').waitFor();
  return { page, system, ...actionsOn(page) };
}

/** What must not happen on the page. */
function watch(page: Page): string[] {
  const trouble: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => trouble.push(`thrown: ${error.message}`));
  page.context().on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (hostname !== '127.0.0.1' && protocol !== 'data:') trouble.push(`asked for: ${request.url()}`);
  });
  return trouble;
}

function actionsOn(page: Page): Omit<OpenExplorer, 'page' | 'system'> {
  const model = (editor: Editor) =>
    `globalThis.__MONACO.editor.getModels().find(({ uri }) => /-${editor}\\.\\w+$/.test(uri.path))`;
  const text = (editor: Editor) => page.evaluate<string>(`${model(editor)}.getValue()`);
  const tabs = page.getByRole('list', { name: 'Select active operation' });
  const show = (tab: string) => tabs.getByRole('button', { name: tab, exact: true }).click();
  const answer = async <Data>(): Promise<Shown<Data>> => {
    await expect.poll(() => text('response'), { timeout: 20_000 }).not.toBe('');
    return JSON.parse(await text('response')) as Shown<Data>;
  };
  return {
    text,
    show,
    answer,
    async run<Data>(tab: string) {
      await show(tab);
      await page.getByRole('button', { name: 'Execute' }).click();
      return answer<Data>();
    },
    async write(editor, content) {
      // Typed, it would be completed with quotes and brackets.
      await page.evaluate(`${model(editor)}.setValue(${JSON.stringify(content)})`);
    },
    notice: () => page.getByRole('status').innerText(),
  };
}
