/** Runs work that shares a key one after the other, in the order asked for; work of different keys runs at once. */
export function createKeyedMutex() {
  const lastByKey = new Map<string, Promise<unknown>>();

  return async <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const before = lastByKey.get(key) ?? Promise.resolve();
    // The one before has told its own caller how it failed; the next in line starts all the same.
    const mine = before.catch(() => {}).then(work);
    lastByKey.set(key, mine);
    try {
      return await mine;
    } finally {
      if (lastByKey.get(key) === mine) lastByKey.delete(key);
    }
  };
}
