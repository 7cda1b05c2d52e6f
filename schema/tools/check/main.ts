import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSchema } from 'graphql';
import { changesBetween, type SchemaChange } from './changes.ts';
import { isOf, type Note, noteFor, notesOfNextRelease, withRelease } from './notes.ts';

const help = `Usage: npm run schema:check [-- options]

Compares schema/api.graphql with the last release, schema/released/api.graphql. Exits with 1 if a breaking change has no
note in schema/CHANGES.md, or a note has no change.

  --release           if the check passes, record schema/api.graphql as the release of package.json's version
  --folder <folder>   the folder with these files, instead of schema/
  --help              print this text
`;

type Folder = (name: string) => string;

/** Returns all problems, each with a hint how to fix it. */
function findProblems(changes: readonly SchemaChange[], notes: readonly Note[]): string[] {
  const breaking = changes.filter(({ level }) => level === 'breaking');
  const unused = [...notes];
  const withoutNote = breaking.filter((change) => {
    const index = unused.findIndex((note) => isOf(note, change));
    if (index >= 0) unused.splice(index, 1);
    return index < 0;
  });
  return [
    ...withoutNote.map(
      (change) => `Breaking change: ${change.message}.\n  Undo it, or add to CHANGES.md: ${noteFor(change)}`,
    ),
    ...unused.map(({ line }) => `CHANGES.md has a note without a change: ${line}`),
  ];
}

function report(changes: readonly SchemaChange[]): string {
  const at = (level: SchemaChange['level']) => changes.filter((change) => change.level === level);
  const listed = (title: string, level: SchemaChange['level']) =>
    at(level).map(({ message, coordinate }) => `${title} ${coordinate}: ${message}.\n`);
  const counts = `${at('breaking').length} breaking, ${at('dangerous').length} dangerous, ${at('safe').length} safe`;
  return [...listed('Dangerous:', 'dangerous'), `Since the last release: ${counts}.\n`].join('');
}

function release(file: Folder): void {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(file('CHANGES.md'), withRelease(readFileSync(file('CHANGES.md'), 'utf8'), version, date));
  copyFileSync(file('api.graphql'), file('released/api.graphql'));
  process.stdout.write(`Recorded the release ${version} in CHANGES.md and released/api.graphql.\n`);
}

async function check(file: Folder, isRelease: boolean): Promise<void> {
  const read = (name: string) => readFileSync(file(name), 'utf8');
  const changes = await changesBetween(buildSchema(read('released/api.graphql')), buildSchema(read('api.graphql')));
  const problems = findProblems(changes, notesOfNextRelease(read('CHANGES.md')));
  process.stdout.write(report(changes));
  if (problems.length === 0) return isRelease ? release(file) : undefined;
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exitCode = 1;
}

function readOptions() {
  try {
    const options = { release: { type: 'boolean' }, folder: { type: 'string' }, help: { type: 'boolean' } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message.split(/\.\s/)[0]}.\n\n${help}`);
    process.exit(2);
  }
}

const values = readOptions();
try {
  const folder = values.folder ?? fileURLToPath(new URL('../..', import.meta.url));
  if (values.help) process.stdout.write(help);
  else await check((name) => `${folder}/${name}`, values.release ?? false);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
