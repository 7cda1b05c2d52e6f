import { describe, expect, test } from 'vitest';
import { openExplained } from '../../testing/query-plans.ts';
import type { Position, ResourceFilter, ResourceOrder } from '../resource-store.ts';
import { prepareLists } from './resource-lists.ts';

/** Lists, with the query plans of the statements that they run. */
function openLists() {
  const { connection, plans } = openExplained();
  return { lists: prepareLists(connection.db), plans };
}

const indexes: Record<ResourceOrder, string> = {
  NEWEST: 'resources_by_creation',
  OLDEST: 'resources_by_creation',
  TITLE: 'resources_by_title',
  RECENTLY_UPDATED: 'resources_by_update',
};
const orders = Object.entries(indexes) as [ResourceOrder, string][];

/** Plans of one order, with and without each bound, from either end. */
function plansOf(order: ResourceOrder, filter: ResourceFilter): string[] {
  const { lists, plans } = openLists();
  const at: Position = { key: order === 'TITLE' ? 'm' : 5, id: 'id' };
  for (const fromEnd of [false, true]) {
    for (const [after, before] of [[], [at], [undefined, at], [at, at]] as (Position | undefined)[][]) {
      lists.range({ ownerId: 'ada', order, filter }, { after, before, limit: 3, fromEnd });
    }
  }
  return plans;
}

const span = { createdFrom: new Date(1), createdBefore: new Date(2) };

describe.each(orders)('pages of %s are read from %s without sorting,', (order, index) => {
  test.each<[string, ResourceFilter]>([
    ['for a whole list', {}],
    ['for a search', { search: 'a', contentType: 'image/png' }],
    ...(index === 'resources_by_creation' ? ([['for a time range', span]] as [string, ResourceFilter][]) : []),
  ])('%s', (_, filter) => {
    const plans = plansOf(order, filter);
    expect(plans).toHaveLength(8);
    for (const plan of plans) {
      expect(plan).toContain(`SEARCH resources USING INDEX ${index} (owner_id=?`);
      expect(plan).not.toMatch(/TEMP B-TREE|SCAN/);
    }
  });

  test('starting at their bound', () => {
    for (const plan of plansOf(order, {}).filter((_, at) => at % 4 !== 0)) expect(plan).toMatch(/,id\)[<>]\(\?,\?\)/);
  });
});

test.each(orders)('the steps of a search by %s are divided by the index alone', (order, index) => {
  const { lists, plans } = openLists();
  const at: Position = { key: order === 'TITLE' ? 'm' : 5, id: 'id' };
  for (const fromEnd of [false, true])
    lists.divide({ ownerId: 'ada', order, filter: { search: 'a' } }, { after: at, before: at, fromEnd }, 500);
  expect(plans).toHaveLength(2);
  for (const plan of plans)
    expect(plan).toMatch(new RegExp(`^SEARCH resources USING COVERING INDEX ${index} \\(owner_id=`));
});

test.each(['TITLE', 'RECENTLY_UPDATED'] as const)(
  'pages of %s for a time range are read from an index of the owner, sorted or in order',
  (order) => {
    const searched = /^SEARCH resources USING INDEX resources_by_\w+ \(owner_id=\?/;
    expect(plansOf(order, span)).toEqual(Array.from({ length: 8 }, () => expect.stringMatching(searched)));
  },
);

test('a count reads the rows of one owner from an index', () => {
  const { lists, plans } = openLists();
  lists.count({ ownerId: 'ada', order: 'TITLE', filter: {} });
  lists.count({ ownerId: 'ada', order: 'TITLE', filter: { search: 'a', ...span } });
  expect(plans).toEqual([
    expect.stringMatching(/^SEARCH resources USING (COVERING )?INDEX \w+ \(owner_id=\?\)$/),
    expect.stringMatching(/^SEARCH resources USING INDEX resources_by_creation \(owner_id=\? AND created_at/),
  ]);
});
