import type { SchemaChange } from './changes.ts';

/** What CHANGES.md says of a breaking change of the next release. */
export interface Note {
  coordinate: string;
  kind: string;
  /** As it stands in the file. */
  line: string;
}

const nextRelease = '## Next release';
const noteForm = /^- `([^`]+)` ([A-Z_]+(?: [A-Z_]+)?): (\S.*)/;
const toFillIn = 'what clients do instead.';

/** The notes under `## Next release`. Throws where there is no such heading, or an item of the list is no note or says nothing yet. */
export function notesOfNextRelease(changes: string): Note[] {
  const lines = changes.split('\n');
  const start = lines.indexOf(nextRelease);
  if (start < 0) throw new Error(`CHANGES.md has no heading "${nextRelease}": put one above the last release.`);
  const end = lines.findIndex((line, index) => index > start && line.startsWith('## '));
  const section = lines.slice(start + 1, end < 0 ? undefined : end);
  return section.filter((line) => /^\s*[-*] /.test(line)).map(readNote);
}

function readNote(line: string): Note {
  const [, coordinate, kind, text] = noteForm.exec(line) ?? [];
  if (coordinate === undefined || kind === undefined)
    throw new Error(
      `This is no note of a change: ${line}\nA note is: ${noteFor({ coordinate: 'Type.field', kind: 'KIND' })}`,
    );
  if (text === toFillIn) throw new Error(`This note says nothing yet: ${line}\nSay for people what to do.`);
  return { coordinate, kind, line };
}

/** Whether a note speaks of a change. */
export const isOf = (note: Pick<Note, 'coordinate' | 'kind'>, change: Pick<SchemaChange, 'coordinate' | 'kind'>) =>
  note.coordinate === change.coordinate && note.kind === change.kind;

/** A note to be filled in. */
export const noteFor = ({ coordinate, kind }: Pick<SchemaChange, 'coordinate' | 'kind'>) =>
  `- \`${coordinate}\` ${kind}: ${toFillIn}`;

/** CHANGES.md after a release: what was next has a version and a date. Throws where the version is there already. */
export function withRelease(changes: string, version: string, date: string): string {
  if (changes.split('\n').some((line) => line.startsWith(`## ${version},`)))
    throw new Error(`CHANGES.md has the release ${version} already: raise the version in package.json.`);
  return changes.replace(nextRelease, `${nextRelease}\n\n## ${version}, ${date}`);
}
