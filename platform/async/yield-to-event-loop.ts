import { setImmediate } from 'node:timers/promises';

export type YieldToEventLoop = () => Promise<void>;

/**
 * Creates a function to await before heavy synchronous work. It resolves for one caller per iteration of the event loop,
 * so that other work runs between callers that are ready at the same moment, and between the steps of one caller.
 *
 * @example
 * for (const part of parts) {
 *   await yieldToEventLoop();
 *   handle(part);
 * }
 */
export function createYieldToEventLoop(): YieldToEventLoop {
  let last = Promise.resolve();
  return () => {
    const previous = last;
    last = previous.then(() => setImmediate());
    return previous;
  };
}
