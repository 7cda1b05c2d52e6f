import { throwIfInvalid, type ValidationIssue } from '../../../platform/api-error.ts';
import { imageTypes } from '../images/image-format.ts';
import {
  type ResourceFilter,
  type ResourceList,
  type ResourceOrder,
  type ResourceRange,
  searchKey,
} from '../storage/resource-store.ts';
import { readCursor } from './cursor.ts';
import { parseInstant } from './instant.ts';
import { characterProblems, isLonger, maxDescriptionCharacters } from './text-validation.ts';

/** The arguments of a list, as GraphQL gives them. */
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

/** The list and the part of it that the arguments ask for; BAD_USER_INPUT with every problem of theirs. */
export function readListInput(ownerId: string, input: ListInput): { list: ResourceList; range: ResourceRange } {
  const problems: ValidationIssue[] = [...sizeProblems(input), ...filterProblems(input.filter ?? {})];
  const list = { ownerId, order: input.orderBy, filter: readFilter(input.filter ?? {}) };
  const cursor = (field: 'after' | 'before') => {
    const text = input[field];
    if (text === undefined || text === null) return undefined;
    const position = readCursor(list, text);
    if (!position) problems.push({ field, message: 'It must be a cursor of a list of the same order and filter.' });
    return position;
  };
  const range = { after: cursor('after'), before: cursor('before'), ...sizeOf(input) };
  throwIfInvalid(problems);
  return { list, range };
}

function sizeOf({ first, last }: ListInput): Pick<ResourceRange, 'limit' | 'fromEnd'> {
  return { limit: first ?? last ?? defaultPageSize, fromEnd: typeof last === 'number' };
}

function sizeProblems(input: ListInput): ValidationIssue[] {
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

function filterProblems({ search, contentType, ...instants }: FilterInput): ValidationIssue[] {
  const isType = isMissing(contentType) || imageTypes.some((type) => type === contentType);
  return [
    ...searchProblems(search ?? ''),
    ...(isType ? [] : [{ field: 'filter.contentType', message: `It must be one of ${imageTypes.join(', ')}.` }]),
    ...(['createdFrom', 'createdBefore'] as const)
      .filter((field) => !isMissing(instants[field]) && !parseInstant(instants[field]))
      .map((field) => ({ field: `filter.${field}`, message: 'It must be an instant, as 2026-11-23T14:05:00.000Z.' })),
  ];
}

function searchProblems(search: string): ValidationIssue[] {
  const message = `It must have at most ${maxDescriptionCharacters} characters, as no text has more.`;
  return isTooLong(search) ? [{ field: 'filter.search', message }] : characterProblems('filter.search', search);
}

const isTooLong = (search: string) => isLonger(search, maxDescriptionCharacters);

const isMissing = (value: unknown) => value === undefined || value === null;
