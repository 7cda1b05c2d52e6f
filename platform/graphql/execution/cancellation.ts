import type { GraphQLResolveInfo } from 'graphql';
import { type Signal, throwIfAborted } from '../../async/signal.ts';
import { defaultMaxResponseBytes, responseTooLarge } from './response-size.ts';

/** Resolver calls of one operation that return promises, between two iterations of the event loop. */
const maxCallsInIteration = 32;

type Resolve = (...args: never[]) => unknown;

/** The part of a resolver's context that tells if the operation is cancelled. */
export interface CancellableContext {
  /** Aborts when nobody waits for the response any more. */
  clientGone: Signal;
  /** The resolver calls of the operation so far. */
  calls?: Calls;
}

/** The resolver calls of one operation. */
interface Calls {
  /** Calls since the operation last waited for the event loop. */
  inIteration: number;
  /** Starts the calls that wait, in their order. */
  waiting: (() => void)[];
  /** Characters of the strings that were returned. */
  characters: number;
}

/**
 * Makes the resolver of a field stop an operation that nobody waits for: it is not called any more, and its field fails
 * with the signal's reason. Nested fields could otherwise resolve for long without an iteration of the event loop, in which
 * a disconnect would be noticed and other requests served. So an operation waits for one after each 32 calls that return
 * promises; other calls do nothing that takes long.
 *
 * A query also stops with RESPONSE_TOO_LARGE once the strings that such resolvers have returned are over `maxBytes`. Fields
 * of long texts should have a resolver, so that a response is given up while it is made.
 */
export function cancellable(resolve: Resolve, maxBytes = defaultMaxResponseBytes): Resolve {
  // Called for each row of a list: it creates no functions.
  const call = (args: never[], { clientGone }: CancellableContext, calls: Calls): unknown => {
    throwIfAborted(clientGone);
    if (calls.characters > maxBytes && !isRootMutation(args)) throw responseTooLarge(maxBytes);
    const result = resolve(...args);
    if (result instanceof Promise) calls.inIteration += 1;
    else if (typeof result === 'string') calls.characters += result.length;
    return result;
  };
  return (...args) => {
    const context = contextIn(args, 2);
    const calls = callsOf(context);
    if (calls.inIteration < maxCallsInIteration) return call(args, context, calls);
    return nextIteration(calls).then(() => call(args, context, calls));
  };
}

/** Tells a mutation's own fields, which are executed however large the response is. */
function isRootMutation(args: readonly unknown[]): boolean {
  const { operation, path } = args[3] as GraphQLResolveInfo;
  return operation.operation === 'mutation' && path.prev === undefined;
}

/** Does the same for the resolver of an entity's reference, without waiting: references are loaded together. */
export function cancellableReference(resolve: Resolve): Resolve {
  return (...args) => {
    throwIfAborted(contextIn(args, 1).clientGone);
    return resolve(...args);
  };
}

const contextIn = (args: readonly unknown[], index: number) => args[index] as CancellableContext;

/** Kept in the context, which belongs to one request: a WeakMap of contexts would cost more than it keeps. */
function callsOf(context: CancellableContext): Calls {
  context.calls ??= { inIteration: 0, waiting: [], characters: 0 };
  return context.calls;
}

/** Resolves in a later iteration of the event loop, in each of which 32 calls start. */
function nextIteration(calls: Calls): Promise<void> {
  return new Promise((resolve) => {
    calls.waiting.push(resolve);
    if (calls.waiting.length === 1) setImmediate(startWaiting, calls);
  });
}

function startWaiting(calls: Calls): void {
  calls.inIteration = 0;
  for (const start of calls.waiting.splice(0, maxCallsInIteration)) start();
  if (calls.waiting.length > 0) setImmediate(startWaiting, calls);
}
