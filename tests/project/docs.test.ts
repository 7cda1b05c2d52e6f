import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

const pages = git('ls-files', '*.md').split('\n');
/** Decision records describe their time, so they may name files that are gone. */
const currentPages = pages.filter((page) => !/^docs\/decisions\/\d/.test(page));

/** The text of a page without its code blocks. */
const proseOf = (page: string) => textOf(page).replace(/^```[\s\S]*?^```/gm, '');

const capturesOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, capture = '']) => capture);

/** The anchors that GitHub makes of a page's headings. */
const anchorsOf = (page: string) =>
  capturesOf(proseOf(page), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

function resolves(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

test('every link between markdown files resolves', () => {
  const links = pages.flatMap((page) =>
    capturesOf(proseOf(page), /\]\(([^)\s]+)\)/g)
      .filter((link) => !/^(https?|mailto):/.test(link))
      .map((link) => ({ page, link })),
  );
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter(({ page, link }) => !resolves(page, link))).toEqual([]);
});

test('every file and folder that a markdown file names exists', () => {
  const named = currentPages.flatMap((page) =>
    capturesOf(proseOf(page), /`((?:[\w.-]+\/)+(?:[\w.-]+\.(?:ts|tsx|md|json|yml|graphql|sh))?)`/g)
      // A single folder, such as `secrets/`, may be one that a command creates.
      .filter((path) => /\/./.test(path))
      .map((path) => ({ page, path })),
  );
  expect(named.length).toBeGreaterThan(20);
  const exists = (path: string) => existsSync(join(root, path));
  const missing = named.filter(({ page, path }) => !exists(path) && !exists(join(dirname(page), path)));
  expect(missing.filter(({ path }) => !isIgnored(path))).toEqual([]);
});

test('every file that a markdown file names without its folder exists somewhere', () => {
  const tracked = new Set(
    git('ls-files')
      .split('\n')
      .map((file) => basename(file)),
  );
  const named = currentPages.flatMap((page) =>
    capturesOf(proseOf(page), /`([\w-][\w.-]*\.(?:ts|tsx|yml|graphql|sh))`/g).map((name) => ({ page, name })),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ name }) => !tracked.has(name) && !isIgnored(name))).toEqual([]);
});

/** True if git ignores the path, because a command creates it. */
function isIgnored(path: string): boolean {
  try {
    return git('check-ignore', path) !== '';
  } catch {
    return false;
  }
}

test('every npm script that a markdown file names exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = currentPages.flatMap((page) =>
    capturesOf(textOf(page), /npm run (?:-s |--silent )?([a-z][\w:-]*)/g).map((name) => ({ page, name })),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
});

describe('decision records', () => {
  const records = readdirSync(join(root, 'docs/decisions'))
    .filter((name) => name !== 'README.md')
    .sort()
    .map((name) => ({ name, lines: textOf(`docs/decisions/${name}`).trimEnd().split('\n') }));

  test('are numbered without gaps', () => {
    expect(records.map(({ name }) => Number(name.slice(0, 4)))).toEqual(records.map((_, position) => position + 1));
  });

  test('have a title, a date, a status, three sections, and ten to thirty lines', () => {
    const sections = ['## Context', '## Decision', '## Consequences'];
    const malformed = records.filter(
      ({ lines }) =>
        !/^# \S/.test(lines[0] ?? '') ||
        !/^20\d\d-\d\d-\d\d · (accepted|superseded by \[\d{4}\])/.test(lines[2] ?? '') ||
        lines.filter((line) => line.startsWith('## ')).join() !== sections.join() ||
        lines.length < 10 ||
        lines.length > 30,
    );
    expect(malformed.map(({ name }) => name)).toEqual([]);
  });

  test('are in the index, with their titles and statuses', () => {
    const index = textOf('docs/decisions/README.md').split('\n');
    const rows = records.map(({ name, lines: [title = '', , line = ''] }) => {
      const [date = '', status = ''] = line.split(' · ');
      return `| ${name.slice(0, 4)} | [${title.slice(2)}](${name}) | ${date} | ${status} |`;
    });
    expect(index.filter((line) => /^\| \d/.test(line)).sort()).toEqual(rows);
  });
});
