import Database from 'better-sqlite3';
import { writeCursor } from '../../subgraphs/resources/resources/cursor.ts';
import {
  type Position,
  type ResourceList,
  type ResourceOrder,
  resourceOrders,
} from '../../subgraphs/resources/storage/resource-store.ts';
import type { User } from '../harness/users.ts';

/** A page of a user's resources, as a query for the store and for GraphQL. */
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

/** The sort columns in the database. */
const sortColumns: Record<ResourceOrder, { column: string; direction: 'ASC' | 'DESC' }> = {
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

/** For each order: the only page of a user with few resources, and the first and last page of a user with many. */
export function findPages(file: string, { few, many, pageCount }: { few: User; many: User; pageCount: number }) {
  const db = new Database(file, { readonly: true });
  const pages = resourceOrders.map((order) => {
    const { column, direction } = sortColumns[order];
    // The end of the page before the last.
    const position = db
      .prepare<[string, number], Position>(
        `SELECT ${column} AS key, id FROM resources WHERE owner_id = ?
         ORDER BY ${column} ${direction}, id ${direction} LIMIT 1 OFFSET ?`,
      )
      .get(many.id, (pageCount - 1) * pageSize - 1);
    if (!position) throw new Error(`There are fewer than ${pageCount} pages.`);
    return [
      pageOf('small', { user: few, order, hasNextPage: false }),
      pageOf('first', { user: many, order, hasNextPage: true }),
      pageOf('last', { user: many, order, hasNextPage: false, after: position }),
    ] as const;
  });
  db.close();
  return pages;
}

function pageOf(
  name: Page['name'],
  { user, order, after, hasNextPage }: { user: User; order: ResourceOrder; after?: Position; hasNextPage: boolean },
): Page {
  const list = { ownerId: user.id, order, filter: {} };
  const variables = { orderBy: order, after: after && writeCursor(list, after) };
  const body = JSON.stringify({ query, variables });
  return { name, order, list, ...(after && { after }), body, authorization: user.authorization, hasNextPage };
}
