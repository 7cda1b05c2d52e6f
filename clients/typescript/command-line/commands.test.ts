import { describe, expect, test } from 'vitest';
import { type CommandLine, parseCommandLine, usageOf } from './commands.ts';
import { UsageError } from './terminal/errors.ts';

const names = [
  'login',
  'logout',
  'whoami',
  'upload',
  'list',
  'download',
  'delete',
  'tokens list',
  'tokens create',
  'tokens revoke',
];

const parse = (line: string): CommandLine => parseCommandLine(line.split(' ').filter(Boolean), '1.2.3');
const textOf = (line: string) => {
  const parsed = parse(line);
  return 'text' in parsed ? parsed.text : '';
};

function errorOf(line: string): UsageError {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error(`'${line}' is no usage error.`);
}

test('--help and help list every command, the variables and the exit codes', () => {
  for (const word of [...names, 'IMAGE_SUPERGRAPH_URL', 'IMAGE_SUPERGRAPH_TOKEN', '130', '141']) {
    expect(textOf('--help')).toContain(word);
  }
  expect(textOf('help')).toBe(textOf('--help'));
});

test('--version prints the version', () => {
  expect(textOf('--version')).toBe('1.2.3\n');
});

describe.each(names)('%s', (name) => {
  test('has a help, also with other arguments beside it', () => {
    expect(textOf(`${name} --help`)).toMatch(`  image-supergraph ${name}`);
    expect(textOf(`help ${name}`)).toBe(textOf(`${name} --help`));
    expect(textOf(`${name} --json --help`)).toBe(textOf(`${name} --help`));
  });

  test('rejects unknown options with its usage', () => {
    const error = errorOf(`${name} --fast`);
    expect([error.message, usageOf(error.command)]).toEqual([
      "Unknown option '--fast'.",
      expect.stringMatching(`^  image-supergraph ${name}.*\\n\\nSee image-supergraph ${name} --help\\.$`),
    ]);
  });
});

test('the help fits into 120 columns', () => {
  const lines = ['', ...names].flatMap((name) => textOf(`${name} --help`).split('\n'));
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
});

test.each([
  ['', 'Name a command.'],
  ['fly', "Unknown command 'fly'."],
  ['tokens', 'Name a command of tokens.'],
  ['tokens fly', "Unknown command 'tokens fly'."],
  ['upload', 'Name the files to upload.'],
  ['delete --yes', 'Name the ids to delete, as image-supergraph list prints them.'],
  ['list x', "Unexpected argument 'x'."],
  ['list --help x', "Unexpected argument 'x'."],
  ['list --limit', "Option '--limit <value>' argument missing."],
  ['list --json=yes', "Option '--json' does not take an argument."],
  ['--json list', "Unknown option '--json'."],
  ['--help list', 'Name the command first: image-supergraph list …'],
])('rejects "%s"', (line, message) => {
  expect(errorOf(line).message).toBe(message);
});
