import { sendOperation } from '../harness/request.ts';
import type { Users } from '../harness/users.ts';
import { round, toColumns, toVerdicts } from './report.ts';
import type { Systems } from './systems.ts';

/** The functions in use of a package that is installed in bench/ only, and imported when they are needed. */
interface Statistics {
  cumulativeStdNormalProbability(z: number): number;
  quantile(values: number[], p: number): number;
  shuffle<Value>(values: Value[]): Value[];
  wilcoxonRankSum(one: number[], other: number[]): number;
}

const packageName = 'simple-statistics';

const attemptsPerKind = 200;
/** The accepted probability of a false positive. */
const significance = 0.01;
const shiftStepMs = 0.05;
const longestShiftMs = 100;

/** Failed log-ins with one kind of username. */
interface Kind {
  about: string;
  usernames: readonly string[];
  durationsMs: number[];
}

/**
 * Tests whether the duration of a failed log-in reveals that an account exists. Sends attempts of each kind one at a time in
 * random order, and compares the durations with the two-sided Mann-Whitney-Wilcoxon rank-sum test, which assumes no
 * distribution and tolerates outliers.
 */
export async function measurePasswordAttempts(
  { all, users }: Systems,
  logProgress: (text: string) => void,
): Promise<string> {
  const system = all.find(({ name }) => name === 'network');
  if (!system) throw new Error('The system over the network is missing.');
  const statistics = (await import(packageName)) as Statistics;
  const [unknown, existing, outdated] = kindsOf(users);
  logProgress(`password attempts, ${system.name}: ${attemptsPerKind} of each kind`);
  for (const { kind, nth } of statistics.shuffle(attemptsOf([unknown, existing, outdated]))) {
    const { usernames, durationsMs } = kind;
    const sentAt = performance.now();
    await attemptLogIn(system.url, usernames[nth % usernames.length] ?? '');
    durationsMs.push(performance.now() - sentAt);
  }
  return toText(statistics, unknown, [existing, outdated]);
}

function kindsOf({ readers, outdated }: Users): [Kind, Kind, Kind] {
  const kindOf = (about: string, usernames: string[]): Kind => ({ about, usernames, durationsMs: [] });
  return [
    kindOf(
      'an unknown username',
      readers.map((_, nth) => `nobody-${nth}`),
    ),
    kindOf(
      'a wrong password',
      readers.map(({ username }) => username),
    ),
    kindOf(
      'a wrong password, hashed at a lower cost',
      outdated.map(({ username }) => username),
    ),
  ];
}

function attemptsOf(kinds: readonly Kind[]): { kind: Kind; nth: number }[] {
  return kinds.flatMap((kind) => Array.from({ length: attemptsPerKind }, (_, nth) => ({ kind, nth })));
}

const mutation = 'mutation LogIn($input: LoginInput!) { login(input: $input) { tokenType } }';

async function attemptLogIn(url: string, username: string): Promise<void> {
  const { text } = await sendOperation(
    url,
    JSON.stringify({ query: mutation, variables: { input: { username, password } } }),
  );
  if (!text.includes('INVALID_CREDENTIALS'))
    throw new Error(`A log-in with a wrong password did not fail as expected: ${text}`);
}

const password = 'wrong horse battery staple';

function toText(statistics: Statistics, unknown: Kind, others: readonly Kind[]): string {
  const { quantile } = statistics;
  const titles = ['', 'p25 ms', 'median ms', 'p75 ms'];
  const rows = [unknown, ...others].map(({ about, durationsMs }) => [
    about,
    ...[0.25, 0.5, 0.75].map((p) => round(quantile(durationsMs, p))),
  ]);
  const verdicts = others.map(({ about, durationsMs }) => ({
    about: `p: ${about}`,
    measured: pValue(statistics, unknown.durationsMs, durationsMs),
    target: { atLeast: significance },
  }));
  const detectable = others.map(
    ({ about, durationsMs }) =>
      `${about}: a difference of ${round(detectableShift(statistics, unknown.durationsMs, durationsMs))} ms would be detected`,
  );
  return [toColumns(titles, rows), toVerdicts(verdicts), detectable.join('\n')].join('\n\n');
}

/** The p-value of the rank-sum test, by normal approximation. */
function pValue(
  { cumulativeStdNormalProbability, wilcoxonRankSum }: Statistics,
  one: number[],
  other: number[],
): number {
  const [m, n] = [one.length, other.length];
  const expected = (m * (m + n + 1)) / 2;
  const deviation = Math.sqrt((m * n * (m + n + 1)) / 12);
  const z = Math.abs(wilcoxonRankSum(one, other) - expected) / deviation;
  return 2 * (1 - cumulativeStdNormalProbability(z));
}

/** The sensitivity of the test: the shift in milliseconds of the second sample at which it becomes significant. */
function detectableShift(statistics: Statistics, one: number[], other: number[]): number {
  const { quantile } = statistics;
  for (let shift = 0; shift < longestShiftMs; shift += shiftStepMs) {
    const later = other.map((time) => time + shift);
    if (pValue(statistics, one, later) < significance && quantile(later, 0.5) > quantile(one, 0.5)) return shift;
  }
  return Number.POSITIVE_INFINITY;
}
