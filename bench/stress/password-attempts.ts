import { cumulativeStdNormalProbability, quantile, shuffle, wilcoxonRankSum } from 'simple-statistics';
import { ask } from '../ask.ts';
import type { People } from '../users.ts';
import { round, toColumns, toVerdicts } from './report.ts';
import type { Systems } from './systems.ts';

const triesEach = 200;
/** So rarely the test says that two kinds differ which do not. */
const significance = 0.01;
const shiftStepMs = 0.05;
const longestShiftMs = 100;

/** Wrong guesses at a password, by what is true of the name, and how long each was answered after, in milliseconds. */
interface Kind {
  about: string;
  names: readonly string[];
  times: number[];
}

/**
 * Whether somebody can tell by the time which names have accounts. Guesses of each kind, one at a time and in an order
 * drawn by lot, are held against each other by the two-sided rank-sum test of Mann, Whitney and Wilcoxon: it tells whether
 * one kind tends to take longer, whatever the distribution and however far single answers lie off.
 */
export async function measureGuesses({ all, people }: Systems, say: (text: string) => void): Promise<string> {
  const system = all.find(({ name }) => name === 'network');
  if (!system) throw new Error('There is no system on the network.');
  const [unknown, known, outdated] = kindsOf(people);
  say(`guesses, ${system.name}: ${triesEach} of each kind`);
  for (const { kind, nth } of inRandomOrder([unknown, known, outdated])) {
    const { names, times } = kind;
    const sentAt = performance.now();
    await guess(system.url, names[nth % names.length] ?? '');
    times.push(performance.now() - sentAt);
  }
  return toText(unknown, [known, outdated]);
}

function kindsOf({ readers, outdated }: People): [Kind, Kind, Kind] {
  const kindOf = (about: string, names: string[]): Kind => ({ about, names, times: [] });
  return [
    kindOf(
      'a name that nobody has',
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

function inRandomOrder(kinds: readonly Kind[]): { kind: Kind; nth: number }[] {
  return shuffle(kinds.flatMap((kind) => Array.from({ length: triesEach }, (_, nth) => ({ kind, nth }))));
}

const mutation = 'mutation LogIn($input: LoginInput!) { login(input: $input) { tokenType } }';

async function guess(url: string, username: string): Promise<void> {
  const { text } = await ask(url, JSON.stringify({ query: mutation, variables: { input: { username, password } } }));
  if (!text.includes('INVALID_CREDENTIALS')) throw new Error(`That was no wrong guess: ${text}`);
}

const password = 'wrong horse battery staple';

function toText(unknown: Kind, others: readonly Kind[]): string {
  const titles = ['', 'p25 ms', 'median ms', 'p75 ms'];
  const rows = [unknown, ...others].map(({ about, times }) => [
    about,
    ...[0.25, 0.5, 0.75].map((p) => round(quantile(times, p))),
  ]);
  const verdicts = others.map(({ about, times }) => ({
    about: `p: ${about}`,
    measured: pOf(unknown.times, times),
    wanted: { atLeast: significance },
  }));
  const told = others.map(
    ({ about, times }) => `${about}: ${round(shiftTold(unknown.times, times))} ms more would have been told`,
  );
  return [toColumns(titles, rows), toVerdicts(verdicts), told.join('\n')].join('\n\n');
}

/** How probable it is that two samples of one distribution differ so much: by the normal approximation of the rank sum. */
function pOf(one: number[], other: number[]): number {
  const [m, n] = [one.length, other.length];
  const expected = (m * (m + n + 1)) / 2;
  const deviation = Math.sqrt((m * n * (m + n + 1)) / 12);
  const z = Math.abs(wilcoxonRankSum(one, other) - expected) / deviation;
  return 2 * (1 - cumulativeStdNormalProbability(z));
}

/** What the test can tell: how much longer all of the second kind would have to take. */
function shiftTold(one: number[], other: number[]): number {
  for (let shift = 0; shift < longestShiftMs; shift += shiftStepMs) {
    const later = other.map((time) => time + shift);
    if (pOf(one, later) < significance && quantile(later, 0.5) > quantile(one, 0.5)) return shift;
  }
  return Number.POSITIVE_INFINITY;
}
