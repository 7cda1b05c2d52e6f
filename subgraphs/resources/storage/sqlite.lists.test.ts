import { join } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../tests/folder-of-test.ts';
import type { Position, ResourceFilter, ResourceOrder } from './resource-store.ts';
import { prepareLists } from './sqlite.lists.ts';
import { openSqliteResourceStore } from './sqlite.ts';

/** How SQLite goes about the statements that lists really run. */
function openExplained() {
  const file = join(folderOfTest(), 'resources.sqlite');
  openSqliteResourceStore(file).close();
  const client = new Database(file);
  onTestFinished(() => void client.close());
  const plans: string[] = [];
  const logQuery = (sql: string, params: unknown[]) => {
    const steps = client.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...params);
    plans.push(steps.map(({ detail }) => detail).join('; '));
  };
  return { lists: prepareLists(drizzle({ client, logger: { logQuery } })), plans };
}

const indexes: Record<ResourceOrder, string> = {
  NEWEST: 'resources_by_creation',
  OLDEST: 'resources_by_creation',
  TITLE: 'resources_by_title',
  RECENTLY_UPDATED: 'resources_by_update',
};
const orders = Object.entries(indexes) as [ResourceOrder, string][];

/** Plans of one order: with and without either bound, from either end. */
function plansOf(order: ResourceOrder, filter: ResourceFilter): string[] {
  const { lists, plans } = openExplained();
  const at: Position = { key: order === 'TITLE' ? 'm' : 5, id: 'id' };
  for (const fromEnd of [false, true]) {
    for (const [after, before] of [[], [at], [undefined, at], [at, at]] as (Position | undefined)[][]) {
      lists.range({ ownerId: 'ada', order, filter }, { after, before, limit: 3, fromEnd });
    }
  }
  return plans;
}

const span = { createdFrom: new Date(1), createdBefore: new Date(2) };

describe.each(orders)('pages of %s are read from %s, and sorted by nothing else,', (order, index) => {
  test.each<[string, ResourceFilter]>([
    ['of a whole list', {}],
    ['of a search', { search: 'a', contentType: 'image/png' }],
    ...(index === 'resources_by_creation' ? ([['of a span of time', span]] as [string, ResourceFilter][]) : []),
  ])('%s', (_, filter) => {
    const plans = plansOf(order, filter);
    expect(plans).toHaveLength(8);
    for (const plan of plans) {
      expect(plan).toContain(`SEARCH resources USING INDEX ${index} (owner_id=?`);
      expect(plan).not.toMatch(/TEMP B-TREE|SCAN/);
    }
  });

  test('which they enter at their bound', () => {
    for (const plan of plansOf(order, {}).filter((_, at) => at % 4 !== 0)) expect(plan).toMatch(/,id\)[<>]\(\?,\?\)/);
  });
});

test.each(['TITLE', 'RECENTLY_UPDATED'] as const)(
  'pages of %s of a span of time are read from an index of the owner’s, sorted or in order',
  (order) => {
    const searched = /^SEARCH resources USING INDEX resources_by_\w+ \(owner_id=\?/;
    expect(plansOf(order, span)).toEqual(Array.from({ length: 8 }, () => expect.stringMatching(searched)));
  },
);

test('a count is of one owner’s rows in an index', () => {
  const { lists, plans } = openExplained();
  lists.count({ ownerId: 'ada', order: 'TITLE', filter: {} });
  lists.count({ ownerId: 'ada', order: 'TITLE', filter: { search: 'a', ...span } });
  expect(plans).toEqual([
    expect.stringMatching(/^SEARCH resources USING (COVERING )?INDEX \w+ \(owner_id=\?\)$/),
    expect.stringMatching(/^SEARCH resources USING INDEX resources_by_creation \(owner_id=\? AND created_at/),
  ]);
});
