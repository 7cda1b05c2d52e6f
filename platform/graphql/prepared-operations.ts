import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
  type Token,
  TokenKind,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { operationDocument } from './documents/operation-document.ts';

/** An operation as a client sends it. */
export interface OperationRequest {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | undefined;
}

/** An operation that was parsed and is valid. */
export interface ValidOperation {
  source: string;
  /** Executors receive no more of it than the operation uses. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The name in the request, which selects one of several operations. */
  operationName: string | undefined;
}

/** An operation with everything that its executor keeps for later runs: plan, compiled functions, request bodies. */
export interface ExecutableOperation {
  execute(request: { variables: Record<string, unknown> | undefined; context: object }): Promise<ExecutionResult>;
  /** Estimates the heap that this object holds. It may grow with each `execute`. */
  sizeBytes(): number;
}

/** Executes the operations of one schema. */
export interface Executor {
  /** The schema that clients see; Apollo Server validates with it. */
  schema: GraphQLSchema;
  prepare(operation: ValidOperation): ExecutableOperation;
  close?(): Promise<void>;
}

export interface PreparedOperation extends Pick<ExecutableOperation, 'execute'> {
  kind: OperationTypeNode;
  name: string | undefined;
}

/**
 * Operations whose documents may be over the limits of clients (`isWrittenOut`) are kept apart: whoever may not send such a
 * document finds none that is prepared, so that its limits are checked.
 */
export interface PreparedOperations {
  /** Returns undefined for an operation that Apollo Server has to parse and validate first. */
  get(request: OperationRequest, isWrittenOut?: boolean): PreparedOperation | undefined;
  /** Prepares an operation and caches it, unless its document is too large to cache. */
  prepare(operation: ValidOperation, isWrittenOut?: boolean): PreparedOperation;
  /** Estimates the heap that all cached operations hold. */
  sizeBytes(): number;
}

/** Limits of what is cached. Documents beyond them are executed, and parsed and validated each time. */
const maxCacheBytes = 32 * 1024 * 1024;
/** UTF-16 units of a document without the contents of its string literals. */
const maxDocumentLength = 15_000;
/** UTF-16 units of one string literal: long literals are data, which seldom comes twice. */
const maxStringLength = 1_000;
/** UTF-16 units of a whole document. A longer one is not looked up either, which would hash all of it. */
const maxSourceLength = 64 * 1024;

/** The entry of the cache, its key, and the executable's constant parts. */
const entryBytes = 600;

/** Creates the one cache of a server: a prepared operation holds everything that is kept of an operation. */
export function createPreparedOperations(executor: Executor, maxBytes = maxCacheBytes): PreparedOperations {
  const cache = new LRUCache<string, PreparedOperation>({ maxSize: maxBytes });

  return {
    get: (request, isWrittenOut) =>
      request.query.length > maxSourceLength ? undefined : cache.get(keyOf(request, isWrittenOut)),
    prepare: (operation, isWrittenOut) => {
      const key = keyOf({ query: operation.source, operationName: operation.operationName }, isWrittenOut);
      const cached = cache.get(key);
      if (cached) return cached;
      const document = operationDocument(operation.document, operation.operationName);
      const executable = executor.prepare({ ...operation, document });
      const { operation: kind, name } = operation.operation;
      // No callback here may refer to the operation: the prepared one shares their scope, and would keep the document.
      if (!isCacheableText(operation.source, operation.document.loc?.startToken))
        return { kind, name: name?.value, execute: executable.execute };
      const size = () => entryBytes + 2 * key.length + executable.sizeBytes();
      let sizeBytes = size();
      const prepared: PreparedOperation = {
        kind,
        // A copy: the name is a slice of the request's text.
        name: name && Buffer.from(name.value).toString(),
        execute: (request) => {
          const executing = executable.execute(request);
          const newSize = size();
          if (newSize !== sizeBytes && cache.peek(key) === prepared) {
            // The cache takes another size only with another entry.
            cache.delete(key);
            cache.set(key, prepared, { size: newSize });
          }
          sizeBytes = newSize;
          return executing;
        },
      };
      cache.set(key, prepared, { size: sizeBytes });
      return prepared;
    },
    sizeBytes: () => cache.calculatedSize,
  };
}

/** Identifies an operation. The name's length comes first, so that no name and document read as another pair. */
function keyOf({ query, operationName }: OperationRequest, isWrittenOut = false): string {
  const kind = isWrittenOut ? 'w' : '';
  return operationName === undefined ? `${kind}:${query}` : `${kind}${operationName.length}:${operationName}${query}`;
}

/** Tells if the text of a valid document is short enough to be kept. Its tokens are linked. */
export function isCacheableText(source: string, firstToken: Token | undefined): boolean {
  if (source.length > maxSourceLength) return false;
  let { length } = source;
  for (let token = firstToken; token; token = token.next ?? undefined) {
    const isString = token.kind === TokenKind.STRING || token.kind === TokenKind.BLOCK_STRING;
    if (!isString) continue;
    const stringLength = token.end - token.start;
    if (stringLength > maxStringLength) return false;
    length -= stringLength;
  }
  return length <= maxDocumentLength;
}
