import Database from 'better-sqlite3';
import { writeCursor } from '../../subgraphs/resources/resources/cursor.ts';
import {
  type Position,
  type ResourceList,
  type ResourceOrder,
  resourceOrders,
} from '../../subgraphs/resources/storage/resource-store.ts';
import type { Person } from '../users.ts';

/** A page of somebody's list, as the store is asked for it and as GraphQL is. */
export interface Page {
  name: 'small' | 'first' | 'last';
  order: ResourceOrder;
  list: ResourceList;
  after?: Position;
  body: string;
  authorization: string;
  hasNextPage: boolean;
}

export const pageSize = 20;

/** What each order sorts by, as the tables have it. */
const sorted: Record<ResourceOrder, { column: string; direction: 'ASC' | 'DESC' }> = {
  NEWEST: { column: 'created_at', direction: 'DESC' },
  OLDEST: { column: 'created_at', direction: 'ASC' },
  TITLE: { column: 'title_key', direction: 'ASC' },
  RECENTLY_UPDATED: { column: 'updated_at', direction: 'DESC' },
};
const query = `query Page($after: String, $orderBy: ResourceOrder!) {
  resources(first: ${pageSize}, after: $after, orderBy: $orderBy) {
    nodes { id title image { url } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** For each order the only page of somebody with few, and the first and the last of somebody with many. */
export function findPages(file: string, { few, many, pageCount }: { few: Person; many: Person; pageCount: number }) {
  const db = new Database(file, { readonly: true });
  const pages = resourceOrders.map((order) => {
    const { column, direction } = sorted[order];
    // Where the page before the last one ends.
    const position = db
      .prepare<[string, number], Position>(
        `SELECT ${column} AS key, id FROM resources WHERE owner_id = ?
         ORDER BY ${column} ${direction}, id ${direction} LIMIT 1 OFFSET ?`,
      )
      .get(many.id, (pageCount - 1) * pageSize - 1);
    if (!position) throw new Error(`There are not ${pageCount} pages.`);
    return [
      pageOf('small', { person: few, order, hasNextPage: false }),
      pageOf('first', { person: many, order, hasNextPage: true }),
      pageOf('last', { person: many, order, hasNextPage: false, after: position }),
    ] as const;
  });
  db.close();
  return pages;
}

function pageOf(
  name: Page['name'],
  {
    person,
    order,
    after,
    hasNextPage,
  }: { person: Person; order: ResourceOrder; after?: Position; hasNextPage: boolean },
): Page {
  const list = { ownerId: person.id, order, filter: {} };
  const variables = { orderBy: order, after: after && writeCursor(list, after) };
  const body = JSON.stringify({ query, variables });
  return { name, order, list, ...(after && { after }), body, authorization: person.authorization, hasNextPage };
}
