/** What of a process is made of steps: an object of asynchronous methods. */
type Parts = 'store' | 'operations' | 'imageClient' | 'revocations' | 'users' | 'sessions' | 'outbox';
export type Step = `${'before' | 'after'} ${Parts}.${string}`;
export type Reach = (step: Step) => Promise<void> | void;

/** The same object, whose every method is two steps: one before it begins, and one when it has ended, well or not. */
export function inSteps<Methods extends object>(name: Parts, methods: Methods, reach: Reach): Methods {
  const stepped = Object.entries(methods).map(([method, run]: [string, (...args: unknown[]) => unknown]) => {
    const inTwoSteps = async (...args: unknown[]) => {
      await reach(`before ${name}.${method}`);
      try {
        return await run.apply(methods, args);
      } finally {
        await reach(`after ${name}.${method}`);
      }
    };
    return [method, method === 'close' ? run : inTwoSteps];
  });
  return Object.fromEntries(stepped) as Methods;
}
