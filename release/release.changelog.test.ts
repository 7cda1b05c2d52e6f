import { expect, test } from 'vitest';
import { releaseChangelog } from './release.ts';

const changelog = `# Changelog

## Unreleased

### Fixed

- A list ends.

## 0.1.0 - 2026-01-01

- The first.
`;

test('moves the entries under the new version, and leaves Unreleased empty', () => {
  expect(releaseChangelog(changelog, '0.2.0', '2026-02-03')).toBe(`# Changelog

## Unreleased

## 0.2.0 - 2026-02-03

### Fixed

- A list ends.

## 0.1.0 - 2026-01-01

- The first.
`);
});

test('releases the first version of a changelog', () => {
  expect(releaseChangelog('## Unreleased\n\n- A start.\n', '0.1.0', '2026-02-03')).toBe(
    '## Unreleased\n\n## 0.1.0 - 2026-02-03\n\n- A start.\n',
  );
});

test.each([
  ['the heading is missing', changelog.replace('## Unreleased', '## Next'), '0.2.0', 'has no heading'],
  ['there are no entries', changelog.replace('- A list ends.', ''), '0.2.0', 'has no entries'],
  ['the version exists', changelog, '0.1.0', 'already has 0.1.0'],
])('throws when %s', (_, text, version, message) => {
  expect(() => releaseChangelog(text, version, '2026-02-03')).toThrow(message);
});
