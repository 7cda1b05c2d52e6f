import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type System, type SystemSettings, startSystem } from '../support/systems/system.ts';
import { browserPath } from './find-browser.ts';

export type Editor = 'operation' | 'variables' | 'request-headers' | 'response';

/** A GraphQL response, as the page shows it. */
export interface ShownResponse<Data> {
  data?: Data;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

/** The explorer in a browser context of its own. */
export interface OpenExplorer {
  page: Page;
  system: System;
  /** Clicks a tab. */
  show(tab: string): Promise<void>;
  /** Clicks a tab and then Execute; resolves to the response. */
  run<Data>(tab: string): Promise<ShownResponse<Data>>;
  /** Waits until the active tab shows a response. */
  response<Data>(): Promise<ShownResponse<Data>>;
  /** Reads an editor. */
  text(editor: Editor): Promise<string>;
  /** Replaces an editor's text, as by pasting. */
  write(editor: Editor, text: string): Promise<void>;
  /** Reads the page's notice. */
  notice(): Promise<string>;
}

/** The size of the screenshots in docs/. */
const viewport = { width: 1280, height: 800 };

/** Keeps Chromium from requests of its own, and resolves no name. */
const offlineArguments = [
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

export interface ExplorerSettings {
  /** Settings of the supergraph. */
  settings?: SystemSettings;
  /** Matches a problem that does not fail a test. */
  expectedProblem?: RegExp;
}

/**
 * Starts a supergraph and a browser, which the tests of the file share. Returns the function that opens the explorer in
 * a new browser context. A test fails if its page logs an error or warning, violates its Content-Security-Policy, or
 * sends a request to another host.
 */
export function setUpExplorer({
  settings = {},
  expectedProblem = /^$/,
}: ExplorerSettings = {}): (path?: string) => Promise<OpenExplorer> {
  let system: System;
  let browser: Browser;

  beforeAll(async () => {
    [system, browser] = await Promise.all([
      startSystem({}, settings),
      chromium.launch({
        ...(browserPath !== undefined && { executablePath: browserPath }),
        args: ['--no-sandbox', '--disable-gpu', ...offlineArguments],
      }),
    ]);
    // Builds the page, unless it is cached.
    await fetch(new URL('/', system.gateway));
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  return async (path = '/') => {
    const context = await browser.newContext({ viewport });
    const page = await context.newPage();
    const problems = watchForProblems(page);
    onTestFinished(async () => {
      await context.close();
      expect(problems.filter((problem) => !expectedProblem.test(problem))).toEqual([]);
    });
    await page.goto(new URL(path, system.gateway).href);
    await page.getByRole('button', { name: 'Execute' }).waitFor();
    await page.getByLabel('Operation Editor').locator('.view-lines').waitFor();
    return { page, system, ...createActions(page) };
  };
}

/** Collects what a page must not do. */
function watchForProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`thrown: ${error.message}`));
  page.context().on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (hostname !== '127.0.0.1' && protocol !== 'data:') problems.push(`requested: ${request.url()}`);
  });
  return problems;
}

function createActions(page: Page): Omit<OpenExplorer, 'page' | 'system'> {
  const model = (editor: Editor) =>
    `globalThis.__MONACO.editor.getModels().find(({ uri }) => /-${editor}\\.\\w+$/.test(uri.path))`;
  const text = (editor: Editor) => page.evaluate<string>(`${model(editor)}.getValue()`);
  const tabs = page.getByRole('list', { name: 'Select active operation' });
  const show = (tab: string) => tabs.getByRole('button', { name: tab, exact: true }).click();
  const response = async <Data>(): Promise<ShownResponse<Data>> => {
    await expect.poll(() => text('response')).not.toBe('');
    return JSON.parse(await text('response')) as ShownResponse<Data>;
  };
  return {
    text,
    show,
    response,
    async run<Data>(tab: string) {
      await show(tab);
      await page.getByRole('button', { name: 'Execute' }).click();
      return response<Data>();
    },
    async write(editor, content) {
      // Monaco would complete quotes and brackets in typed text.
      await page.evaluate(`${model(editor)}.setValue(${JSON.stringify(content)})`);
    },
    notice: () => page.getByRole('status').innerText(),
  };
}
