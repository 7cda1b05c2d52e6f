import { and, asc, count, desc, eq, gte, lt, or, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Position, ResourceFilter, ResourceList, ResourceOrder, ResourceRange } from '../resource-store.ts';
import { fromValues, readColumns, summaryColumns, summaryFromValues } from './resource-rows.ts';
import { createStatementCache } from './statement-cache.ts';
import { resources } from './tables.ts';

/** Sort column and direction of each order. Ids break ties, in the same direction. */
const orders = {
  NEWEST: { column: resources.createdAt, descends: true },
  OLDEST: { column: resources.createdAt, descends: false },
  TITLE: { column: resources.titleKey, descends: false },
  RECENTLY_UPDATED: { column: resources.updatedAt, descends: true },
} satisfies Record<ResourceOrder, unknown>;

/** Creates the statements that read lists, one for each combination of order, direction, bounds and filters. */
export function prepareLists(db: BetterSQLite3Database) {
  const wholes = createStatementCache((shape: RangeShape) => prepareRange(db, shape, readColumns));
  const summaries = createStatementCache((shape: RangeShape) => prepareRange(db, shape, summaryColumns));
  const counts = createStatementCache((shape: RangeShape) => prepareCount(db, shape));
  const stepEnds = createStatementCache((shape: RangeShape) => prepareStepEnd(db, shape));
  return {
    range: (list: ResourceList, range: ResourceRange) => readRange(wholes, list, range).map(fromValues),
    summaries: (list: ResourceList, range: ResourceRange) =>
      readRange(summaries, list, range).map((values) => summaryFromValues(list.ownerId, values)),
    count: (list: ResourceList, bounds: Bounds = {}) => {
      const { shape, values } = statementOf(list, { ...bounds, fromEnd: false });
      return counts(shape).get(values)?.count ?? 0;
    },
    /** Divides a range after its first `rows` resources, from the end that it is taken from, whether they match or not. */
    divide: <Range extends Omit<ResourceRange, 'limit'>>(
      { order, ownerId }: ResourceList,
      range: Range,
      rows: number,
    ) => {
      const { shape, values } = statementOf({ order, ownerId, filter: {} }, range);
      const [last, beyond] = stepEnds(shape)
        .values({ ...values, last: rows - 1 })
        .map(toPosition);
      if (!last || !beyond) return { step: range, rest: undefined };
      return range.fromEnd
        ? { step: { ...range, after: beyond }, rest: { ...range, before: last } }
        : { step: { ...range, before: beyond }, rest: { ...range, after: last } };
    },
  };
}

export type Lists = ReturnType<typeof prepareLists>;

type Bounds = Pick<ResourceRange, 'after' | 'before'> & { fromEnd?: boolean };

type Statements = (shape: RangeShape) => { values(parameters: Record<string, unknown>): unknown[] };

/** Returns the values of each row, in the list's order. */
function readRange(statements: Statements, list: ResourceList, { limit, ...range }: ResourceRange) {
  const { shape, values } = statementOf(list, range);
  const rows = statements(shape).values({ ...values, limit });
  return range.fromEnd ? rows.reverse() : rows;
}

function statementOf(list: ResourceList, { after, before, fromEnd }: Omit<ResourceRange, 'limit'>) {
  const shape: RangeShape = { ...shapeOf(list), after: after !== undefined, before: before !== undefined, fromEnd };
  return { shape, values: { ...valuesOf(list), ...bound('after', after), ...bound('before', before) } };
}

const toPosition = (row: unknown): Position => {
  const [key, id] = row as [number | string, string];
  return { key, id };
};

interface ListShape {
  order: ResourceOrder;
  filters: (keyof ResourceFilter)[];
}

interface RangeShape extends ListShape {
  after: boolean;
  before: boolean;
  fromEnd: boolean;
}

function prepareRange(
  db: BetterSQLite3Database,
  { order, filters, after, before, fromEnd }: RangeShape,
  columns: Record<string, SQLiteColumn>,
) {
  const { column, descends } = orders[order];
  const sorted = descends === fromEnd ? asc : desc;
  return db
    .select(columns)
    .from(resources)
    .where(within({ order, filters, after, before }))
    .orderBy(sorted(column), sorted(resources.id))
    .limit(sql.placeholder('limit'))
    .prepare();
}

function prepareCount(db: BetterSQLite3Database, shape: RangeShape) {
  return db.select({ count: count() }).from(resources).where(within(shape)).prepare();
}

/** Finds the last resource of a step and the first beyond it, by the order's index alone. */
function prepareStepEnd(db: BetterSQLite3Database, { order, fromEnd, ...shape }: RangeShape) {
  const { column, descends } = orders[order];
  const sorted = descends === fromEnd ? asc : desc;
  return db
    .select({ key: column, id: resources.id })
    .from(resources)
    .where(within({ order, ...shape }))
    .orderBy(sorted(column), sorted(resources.id))
    .limit(2)
    .offset(sql.placeholder('last'))
    .prepare();
}

function within({ order, filters, after, before }: Omit<RangeShape, 'fromEnd'>): SQL | undefined {
  return and(inList(filters), after ? past(order, 'after') : undefined, before ? past(order, 'before') : undefined);
}

/** Condition that a row is strictly beyond a bound: a comparison of row values, for which SQLite uses the order's index. */
function past(order: ResourceOrder, side: 'after' | 'before'): SQL {
  const { column, descends } = orders[order];
  const position = sql`(${sql.placeholder(`${side}Key`)}, ${sql.placeholder(`${side}Id`)})`;
  return descends === (side === 'after')
    ? sql`(${column}, ${resources.id}) < ${position}`
    : sql`(${column}, ${resources.id}) > ${position}`;
}

const filterConditions: Record<keyof ResourceFilter, () => SQL | undefined> = {
  // `instr` has no wildcards; LIKE has.
  search: () =>
    or(
      sql`instr(${resources.titleKey}, ${sql.placeholder('search')}) > 0`,
      sql`instr(${resources.descriptionKey}, ${sql.placeholder('search')}) > 0`,
    ),
  contentType: () => eq(resources.contentType, sql.placeholder('contentType')),
  createdFrom: () => gte(resources.createdAt, sql.placeholder('createdFrom')),
  createdBefore: () => lt(resources.createdAt, sql.placeholder('createdBefore')),
};

function inList(filters: (keyof ResourceFilter)[]): SQL | undefined {
  return and(eq(resources.ownerId, sql.placeholder('ownerId')), ...filters.map((name) => filterConditions[name]()));
}

function shapeOf({ order, filter }: ResourceList): ListShape {
  const filters = (Object.keys(filterConditions) as (keyof ResourceFilter)[]).filter(
    (name) => filter[name] !== undefined,
  );
  return { order, filters };
}

function valuesOf({ ownerId, filter: { createdFrom, createdBefore, ...filter } }: ResourceList) {
  return { ownerId, ...filter, createdFrom: createdFrom?.getTime(), createdBefore: createdBefore?.getTime() };
}

function bound(side: 'after' | 'before', position: Position | undefined) {
  return position && { [`${side}Key`]: position.key, [`${side}Id`]: position.id };
}
