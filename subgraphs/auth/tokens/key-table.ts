import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { listKeys } from './rotation.ts';

/** The keys of a folder as a table for people, and beneath it what is wrong there. */
export function describeKeys(folder: string, { keys, faults }: ReturnType<typeof listKeys>): string {
  const rows = keys.map(({ key, state, acceptedUntilMs }) => [
    key.kid,
    stateOf(state, { signsFrom: key.signsFrom, until: acceptedUntilMs }),
    statSync(join(folder, key.name)).mtime.toISOString(),
  ]);
  if (rows.length === 0 && faults.size === 0) return `There is no key in ${folder}: add one with rotate.\n`;
  const table = [['kid', 'state', 'created'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const wrong = [...faults.values()].map(({ message }) => message);
  return `${[...lines, ...wrong].join('\n')}\n`;
}

function stateOf(state: string | undefined, { signsFrom, until }: { signsFrom: Date; until: number }): string {
  if (state === 'next') return `next, from ${signsFrom.toISOString()}`;
  if (state === 'accepted') return `accepted until ${new Date(until).toISOString()}`;
  return state ?? '';
}
