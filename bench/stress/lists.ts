import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'undici';
import { openSqliteResourceStore } from '../../subgraphs/resources/storage/sqlite/resource-store.ts';
import { quantile } from '../harness/load.ts';
import { firstResponse, post } from '../harness/request.ts';
import { startSubgraphs } from '../harness/subgraphs.ts';
import { fillDataFolder } from '../harness/users.ts';
import { fillTable } from './large-table.ts';
import { findPages, type Page, pageSize } from './list-pages.ts';
import { type Requirement, toColumns, toVerdicts } from './report.ts';

const rowCount = 2_000_000;
const pageCount = 10_000;
const storeRequests = { warmUp: 500, measured: 1_500 };
const httpRequests = { warmUp: 200, measured: 400 };
const atMost = 1.5;

type Pages = readonly [small: Page, first: Page, last: Page];

/** Measures pages of a large table, in the store and over HTTP: latency should not grow with the length of a list. */
export async function measureLists(folder: string, logProgress: (text: string) => void): Promise<string> {
  logProgress(`lists: filling a table of ${rowCount} resources`);
  const users = await fillDataFolder(folder);
  const [many, few] = users.creators;
  if (!many || !few) throw new Error('There are no users.');
  const file = join(folder, 'resources.sqlite');
  const startedAt = performance.now();
  const owners = [
    { id: few.id, count: pageSize },
    { id: many.id, count: pageCount * pageSize },
  ];
  fillTable(file, owners, rowCount);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const summary = `${rowCount} resources, filled in ${seconds} s; the file has ${(statSync(file).size / 1e6).toFixed(0)} MB`;
  logProgress(`lists: ${summary}`);

  const pages = findPages(file, { few, many, pageCount });
  const results = [await measureStore(file, pages), await measureHttp(folder, pages)];
  return [summary, ...results].join('\n\n');
}

async function measureStore(file: string, pages: readonly Pages[]): Promise<string> {
  const store = openSqliteResourceStore(file);
  // One more than the page size, as the subgraph does to determine hasNextPage.
  const readPage = async ({ list, after, hasNextPage }: Page) => {
    const found = await store.range(list, { after, limit: pageSize + 1, fromEnd: false });
    requirePage(Math.min(found.length, pageSize), found.length > pageSize, hasNextPage);
  };
  const text = await compare('store', pages, storeRequests, readPage);
  store.close();
  return text;
}

async function measureHttp(folder: string, pages: readonly Pages[]): Promise<string> {
  const { resources } = await startSubgraphs(folder);
  await firstResponse(resources, JSON.stringify({ query: '{ __typename }' }));
  const { origin, pathname } = new URL(resources.url);
  const client = new Client(origin);
  const readPage = async ({ body, authorization, hasNextPage }: Page) => {
    const text = await post(client, { path: pathname, body, authorization });
    requirePage(text.split('"url":').length - 1, text.includes('"hasNextPage":true'), hasNextPage);
  };
  const text = await compare('HTTP', pages, httpRequests, readPage);
  await client.close();
  return text;
}

function requirePage(nodes: number, hasNextPage: boolean, isExpected: boolean): void {
  if (nodes !== pageSize || hasNextPage !== isExpected)
    throw new Error(`Unexpected page of ${nodes} resources with hasNextPage: ${hasNextPage}`);
}

/** Reads all pages in turn, so that other load on the machine affects them alike. */
async function compare(
  name: string,
  pages: readonly Pages[],
  { warmUp, measured }: { warmUp: number; measured: number },
  readPage: (page: Page) => Promise<void>,
): Promise<string> {
  const times = new Map<Page, number[]>(pages.flat().map((page) => [page, []]));
  for (let nth = 0; nth < warmUp + measured; nth += 1) {
    for (const [page, durationsMs] of times) {
      const startedAt = performance.now();
      await readPage(page);
      if (nth >= warmUp) durationsMs.push(performance.now() - startedAt);
    }
  }
  const p50 = (page: Page) => quantile(times.get(page) ?? [], 0.5);
  const rows: string[][] = [];
  const requirements: Requirement[] = [];
  for (const [small, first, last] of pages) {
    const ratios = [p50(first) / p50(small), p50(last) / p50(small)] as const;
    const milliseconds = [small, first, last].map((page) => p50(page).toFixed(3));
    rows.push([`${name} ${small.order}`, ...milliseconds, ...ratios.map((ratio) => ratio.toFixed(2))]);
    const limit = { target: { atMost }, unit: ' times' };
    requirements.push({ about: `${name} ${small.order}: first page`, measured: ratios[0], ...limit });
    requirements.push({ about: `${name} ${small.order}: page ${pageCount}`, measured: ratios[1], ...limit });
  }
  const titles = ['p50 ms', 'of 20', 'first of 200,000', 'page 10,000', 'first/20', 'page 10,000/20'];
  return [toColumns(titles, rows), toVerdicts(requirements)].join('\n\n');
}
