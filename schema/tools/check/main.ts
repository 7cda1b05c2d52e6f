import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSchema } from 'graphql';
import { changesBetween, type SchemaChange } from './changes.ts';
import { isOf, type Note, noteFor, notesOfNextRelease, withRelease } from './notes.ts';

const help = `Compares api.graphql with the last release's, released/api.graphql, and fails on a change that breaks clients and has
no note in CHANGES.md, and on a note for a change that is not there.

  --release           where it does not fail: keeps api.graphql as the release of package.json's version, dated today
  --folder <folder>   the folder of these files, instead of schema/
`;

const { values } = parseArgs({
  options: { release: { type: 'boolean' }, folder: { type: 'string' }, help: { type: 'boolean' } },
});
const folder = values.folder ?? fileURLToPath(new URL('../..', import.meta.url));
const file = (name: string) => `${folder}/${name}`;
const read = (name: string) => readFileSync(file(name), 'utf8');

/** Every fault, as lines that say how to mend it. */
function faultsOf(changes: readonly SchemaChange[], notes: readonly Note[]): string[] {
  const breaking = changes.filter(({ level }) => level === 'breaking');
  const idle = [...notes];
  // Each note speaks of one change.
  const silent = breaking.filter((change) => {
    const index = idle.findIndex((note) => isOf(note, change));
    if (index >= 0) idle.splice(index, 1);
    return index < 0;
  });
  return [
    ...silent.map(
      (change) => `Breaks clients: ${change.message}.\n  Undo it, or write in CHANGES.md: ${noteFor(change)}`,
    ),
    ...idle.map(({ line }) => `CHANGES.md has a note for a change that is not there: ${line}`),
  ];
}

function report(changes: readonly SchemaChange[]): string {
  const at = (level: SchemaChange['level']) => changes.filter((change) => change.level === level);
  const listed = (title: string, level: SchemaChange['level']) =>
    at(level).map(({ message, coordinate }) => `${title} ${coordinate}: ${message}.\n`);
  const counts = `${at('breaking').length} breaking, ${at('dangerous').length} dangerous, ${at('safe').length} safe`;
  return [...listed('Dangerous:', 'dangerous'), `Since the last release: ${counts}.\n`].join('');
}

function release(): void {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(file('CHANGES.md'), withRelease(read('CHANGES.md'), version, date));
  copyFileSync(file('api.graphql'), file('released/api.graphql'));
  process.stdout.write(`Released ${version}: commit CHANGES.md and released/api.graphql.\n`);
}

async function check(): Promise<void> {
  const changes = await changesBetween(buildSchema(read('released/api.graphql')), buildSchema(read('api.graphql')));
  const faults = faultsOf(changes, notesOfNextRelease(read('CHANGES.md')));
  process.stdout.write(report(changes));
  if (faults.length === 0) return values.release ? release() : undefined;
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exitCode = 1;
}

try {
  if (values.help) process.stdout.write(help);
  else await check();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
