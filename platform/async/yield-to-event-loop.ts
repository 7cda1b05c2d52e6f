/**
 * Creates a function to await before heavy synchronous work. It resolves for one caller per iteration of the event loop,
 * so that other work runs between callers that are ready at the same moment.
 */
export function createYieldToEventLoop(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    const previous = last;
    last = previous.then(nextIteration);
    return previous;
  };
}

function nextIteration(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
