/**
 * Lets heavy synchronous work go one after the other, with the event loop's other work in between: what is ready at the
 * same moment would otherwise keep everything else waiting for all of it together.
 */
export function createYieldToEventLoop(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    const turn = last;
    last = turn.then(nextIteration);
    return turn;
  };
}

function nextIteration(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
