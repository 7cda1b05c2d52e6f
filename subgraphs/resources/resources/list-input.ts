import { throwIfInvalid, type ValidationIssue } from '../../../platform/api-error.ts';
import { isLonger } from '../../../platform/text.ts';
import { imageTypes } from '../images/image-format.ts';
import {
  type Position,
  type ResourceFilter,
  type ResourceList,
  type ResourceOrder,
  type ResourceRange,
  searchKey,
} from '../storage/resource-store.ts';
import { readCursor } from './cursor.ts';
import { characterIssues, maxDescriptionCharacters } from './text-validation.ts';

/** The GraphQL arguments of a list. */
export interface ListInput {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  orderBy: ResourceOrder;
  filter?: FilterInput | null;
}

interface FilterInput {
  search?: string | null;
  contentType?: string | null;
  createdFrom?: unknown;
  createdBefore?: unknown;
}

const defaultPageSize = 20;
const maxPageSize = 100;

/** Turns arguments into a list and a range of it. Throws BAD_USER_INPUT with every issue. */
export function readListInput(ownerId: string, input: ListInput): { list: ResourceList; range: ResourceRange } {
  const issues: ValidationIssue[] = [...sizeIssues(input), ...filterIssues(input.filter ?? {})];
  const list = { ownerId, order: input.orderBy, filter: readFilter(input.filter ?? {}) };
  const reading = { list, input, issues };
  const range = { after: readBound('after', reading), before: readBound('before', reading), ...sizeOf(input) };
  throwIfInvalid(issues);
  return { list, range };
}

interface Reading {
  list: ResourceList;
  input: ListInput;
  issues: ValidationIssue[];
}

function readBound(field: 'after' | 'before', { list, input, issues }: Reading): Position | undefined {
  const text = input[field];
  if (text === undefined || text === null) return undefined;
  const position = readCursor(list, text);
  if (!position) issues.push({ field, message: 'It must be a cursor from a list of the same order and filter.' });
  return position;
}

function sizeOf({ first, last }: ListInput): Pick<ResourceRange, 'limit' | 'fromEnd'> {
  return { limit: first ?? last ?? defaultPageSize, fromEnd: typeof last === 'number' };
}

function sizeIssues(input: ListInput): ValidationIssue[] {
  const sizes = (['first', 'last'] as const).filter((field) => typeof input[field] === 'number');
  if (sizes.length === 2) return [{ field: 'last', message: 'Give first or last, not both.' }];
  return sizes
    .filter((field) => Number(input[field]) < 1 || Number(input[field]) > maxPageSize)
    .map((field) => ({ field, message: `It must be from 1 to ${maxPageSize}.` }));
}

function readFilter({ search, contentType, createdFrom, createdBefore }: FilterInput): ResourceFilter {
  const from = parseInstant(createdFrom);
  const before = parseInstant(createdBefore);
  return {
    ...(search && !isTooLong(search) && { search: searchKey(search) }),
    ...(contentType && { contentType }),
    ...(from && { createdFrom: from }),
    ...(before && { createdBefore: before }),
  };
}

function filterIssues({ search, contentType, ...instants }: FilterInput): ValidationIssue[] {
  const isType = isMissing(contentType) || imageTypes.some((type) => type === contentType);
  return [
    ...searchIssues(search ?? ''),
    ...(isType ? [] : [{ field: 'filter.contentType', message: `It must be one of ${imageTypes.join(', ')}.` }]),
    ...(['createdFrom', 'createdBefore'] as const)
      .filter((field) => !isMissing(instants[field]) && !parseInstant(instants[field]))
      .map((field) => ({
        field: `filter.${field}`,
        message: 'It must be an RFC 3339 time, such as 2026-11-23T14:05:00.000Z.',
      })),
  ];
}

function searchIssues(search: string): ValidationIssue[] {
  const message = `It must have at most ${maxDescriptionCharacters} characters, the longest that a description can be.`;
  return isTooLong(search) ? [{ field: 'filter.search', message }] : characterIssues('filter.search', search);
}

const isTooLong = (search: string) => isLonger(search, maxDescriptionCharacters);

const isMissing = (value: unknown) => value === undefined || value === null;

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Parses an RFC 3339 time, to the millisecond. Undefined if the text is not one. */
export function parseInstant(text: unknown): Date | undefined {
  const [, year, month, day] = (typeof text === 'string' && rfc3339.exec(text)) || [];
  if (year === undefined || !isDay(Number(year), Number(month), Number(day))) return undefined;
  return new Date((text as string).toUpperCase());
}

/** True if the month has such a day. `Date` would read the 30th of February as the 1st or 2nd of March. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return month >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
