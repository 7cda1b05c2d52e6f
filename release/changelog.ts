const unreleased = '## Unreleased';

/**
 * Moves the entries under "Unreleased" to a new version. `date` is YYYY-MM-DD. Throws if the heading is missing, there are
 * no entries, or the version exists.
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  const lines = changelog.split('\n');
  const start = lines.indexOf(unreleased);
  if (start < 0) throw new Error(`CHANGELOG.md has no heading "${unreleased}".`);
  if (lines.some((line) => line.startsWith(`## ${version} `))) throw new Error(`CHANGELOG.md already has ${version}.`);
  const end = lines.findIndex((line, index) => index > start && line.startsWith('## '));
  const entries = lines.slice(start + 1, end < 0 ? undefined : end);
  if (!entries.some((line) => line.startsWith('- ')))
    throw new Error(`CHANGELOG.md has no entries under "${unreleased}": describe what has changed.`);
  return lines.toSpliced(start + 1, 0, '', `## ${version} - ${date}`).join('\n');
}
