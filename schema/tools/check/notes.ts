import type { SchemaChange } from './changes.ts';

/** A note in CHANGES.md about a breaking change of the next release. */
export interface Note {
  coordinate: string;
  kind: string;
  /** The line of the file. */
  line: string;
}

const nextRelease = '## Next release';
const notePattern = /^- `([^`]+)` ([A-Z_]+(?: [A-Z_]+)?): (\S.*)/;
const placeholder = 'what clients do instead.';

/** Reads the notes under `## Next release`. Throws if the heading is missing, or an item is malformed or a placeholder. */
export function notesOfNextRelease(changes: string): Note[] {
  const lines = changes.split('\n');
  const start = lines.indexOf(nextRelease);
  if (start < 0) throw new Error(`CHANGES.md has no heading "${nextRelease}": add it above the last release.`);
  const end = lines.findIndex((line, index) => index > start && line.startsWith('## '));
  const section = lines.slice(start + 1, end < 0 ? undefined : end);
  return section.filter((line) => /^\s*[-*] /.test(line)).map(readNote);
}

function readNote(line: string): Note {
  const [, coordinate, kind, text] = notePattern.exec(line) ?? [];
  if (coordinate === undefined || kind === undefined)
    throw new Error(
      `Not a note about a change: ${line}\nWrite: ${noteFor({ coordinate: 'Type.field', kind: 'KIND' })}`,
    );
  if (text === placeholder)
    throw new Error(`The note has only its placeholder: ${line}\nWrite what clients should do instead.`);
  return { coordinate, kind, line };
}

/** True if a note is about a change. */
export const isOf = (note: Pick<Note, 'coordinate' | 'kind'>, change: Pick<SchemaChange, 'coordinate' | 'kind'>) =>
  note.coordinate === change.coordinate && note.kind === change.kind;

/** A template for a note. */
export const noteFor = ({ coordinate, kind }: Pick<SchemaChange, 'coordinate' | 'kind'>) =>
  `- \`${coordinate}\` ${kind}: ${placeholder}`;

/** Moves the notes of the next release under a version and date. Throws if the version exists. */
export function withRelease(changes: string, version: string, date: string): string {
  if (changes.split('\n').some((line) => line.startsWith(`## ${version},`)))
    throw new Error(`CHANGES.md already has the release ${version}: raise the version in package.json.`);
  return changes.replace(nextRelease, `${nextRelease}\n\n## ${version}, ${date}`);
}
