import { getOperationAST } from 'graphql';
import { type GraphqlRequest, type GraphqlResponse, isRecord, parseOrUndefined } from '../requests/exchange.ts';
import type { Measures } from '../requests/post.ts';
import { redact } from '../requests/redact.ts';

/** An operation that was run, without passwords, tokens and images. */
export interface HistoryEntry {
  query: string;
  /** JSON. */
  variables: string;
  /** The operation's name, or its first line. */
  title: string;
  /** When it was run, in milliseconds since 1970. */
  at: number;
  /** `ok`, the code of its first error, or `no response`. */
  result: string;
  /** Undefined if there was no response. */
  durationMs?: number | undefined;
}

export interface History {
  /** Lists the operations, the last one first. */
  entries(): HistoryEntry[];
  /** Adds an operation with its result. Returns the new list. */
  add(request: GraphqlRequest, response: GraphqlResponse, measures: Measures | undefined): HistoryEntry[];
  clear(): void;
}

/** GraphiQL's "Clear storage" removes what begins with its prefix. */
const historyKey = 'graphiql:history';
const maxEntries = 50;
/** Limit of all entries, as JSON. */
const maxCharacters = 100_000;
/** Limit of an operation, and of its variables; larger ones are not listed, or listed without variables. */
const maxTextLength = 20_000;

/** Creates the list of operations that were run, in the browser's storage. */
export function createHistory(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): History {
  const entries = () => readEntries(storage.getItem(historyKey));
  return {
    entries,
    add(request, response, measures) {
      const { query, variables } = redact({
        query: request.query,
        variables: Object.keys(request.variables).length === 0 ? '' : JSON.stringify(request.variables, null, 2),
      });
      const others = entries();
      if (query.length > maxTextLength) return others;
      const entry: HistoryEntry = {
        query,
        variables: variables.length > maxTextLength ? '' : variables,
        title: titleOf(request, query),
        at: Date.now(),
        result: measures ? resultOf(response) : 'no response',
        durationMs: measures?.durationMs,
      };
      const kept = [entry, ...others].slice(0, maxEntries);
      while (JSON.stringify(kept).length > maxCharacters) kept.pop();
      try {
        storage.setItem(historyKey, JSON.stringify(kept));
      } catch {
        // The storage is full or switched off: the list stays as it is.
      }
      return kept;
    },
    clear: () => storage.removeItem(historyKey),
  };
}

function titleOf({ operationName }: GraphqlRequest, query: string): string {
  const document = parseOrUndefined(query);
  const name = document && getOperationAST(document, operationName)?.name?.value;
  const firstLine = query.split('\n').find((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return (name ?? operationName ?? firstLine?.trim() ?? '').slice(0, 60) || 'Empty operation';
}

function resultOf({ errors = [] }: GraphqlResponse): string {
  const [first] = errors;
  if (!first) return 'ok';
  return typeof first.extensions?.code === 'string' ? first.extensions.code : 'error';
}

function readEntries(json: string | null): HistoryEntry[] {
  try {
    const value: unknown = JSON.parse(json ?? '[]');
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

const isEntry = (value: unknown): value is HistoryEntry =>
  isRecord(value) &&
  ['query', 'variables', 'title', 'result'].every((key) => typeof value[key] === 'string') &&
  typeof value.at === 'number';
