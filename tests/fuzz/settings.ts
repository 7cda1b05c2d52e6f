/** Reads a whole number from the environment; throws if it is none. */
function wholeNumber(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  if (!/^-?\d{1,10}$/.test(text)) throw new Error(`${name} must be a whole number; it is ${JSON.stringify(text)}.`);
  return Number(text);
}

/** Number of generated cases of each test; FUZZ_RUNS sets another. */
export const fuzzRuns = wholeNumber('FUZZ_RUNS', 10_000);

/** Determines all cases; FUZZ_SEED sets that of an earlier run. */
const seed = wholeNumber('FUZZ_SEED', Date.now() % 2 ** 31);

/** Parameters of fast-check for a run that can be repeated. Prints how. */
export function repeatable(test: string): { seed: number; numRuns: number; endOnFailure: boolean } {
  console.info(`${test}: to repeat these cases, run FUZZ_SEED=${seed} FUZZ_RUNS=${fuzzRuns} npm run test:fuzz`);
  // Shrinking goes on until a case is found of which no part can be left out.
  return { seed, numRuns: fuzzRuns, endOnFailure: false };
}
