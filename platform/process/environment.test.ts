import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { folderOfTest } from '../../tests/support/files.ts';
import {
  describeEnvironment,
  httpUrl,
  logLevel,
  namedHttpUrls,
  origins,
  port,
  readEnvironment,
  secretFile,
  wholeNumber,
} from './environment.ts';
import { StartupError } from './startup-error.ts';

/** The message of the StartupError that an environment causes. */
function startupErrorOf(spec: z.ZodObject, env: NodeJS.ProcessEnv): string {
  try {
    readEnvironment(spec, env);
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  throw new Error('The environment was taken as it is.');
}

const spec = z.object({
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: port().prefault('4000').describe('Port to listen on.'),
  AUTH_URL: httpUrl().describe('Where auth answers.'),
  SEED: z.string().optional().describe('Seed of the tests.'),
});

describe('an environment', () => {
  test('with several errors is rejected with all of them together', () => {
    const message = startupErrorOf(
      z.object({ A: port(), B: httpUrl(), C: logLevel(), D: z.string().describe('A thing.') }),
      {
        A: 'high',
        B: 'nowhere',
        C: 'loud',
      },
    );
    const [first = '', ...faults] = message.split('\n');
    expect(first).toContain('--help');
    expect(faults.map((fault) => fault.trim().split(' ')[0])).toEqual(['A', 'B', 'C', 'D']);
  });

  test.each([[undefined], ['']])('with %j for a required variable is rejected with its description', (value) => {
    expect(startupErrorOf(spec, { AUTH_URL: value })).toMatch(/^ {2}AUTH_URL is missing: Where auth answers\.$/m);
  });

  test('uses the default for an empty variable', () => {
    const env = { AUTH_URL: 'http://auth:4001', HOST: '', PORT: '', SEED: '' };
    expect(readEnvironment(spec, env)).toEqual({ AUTH_URL: env.AUTH_URL, HOST: '127.0.0.1', PORT: 4000 });
  });

  test('ignores variables that are not in the spec', () => {
    const env = { AUTH_URL: 'http://auth:4001', PASSWORD: 'secret' };
    expect(Object.keys(readEnvironment(spec, env))).toEqual(['HOST', 'PORT', 'AUTH_URL']);
  });

  test('is described by name, meaning and default', () => {
    const described = describeEnvironment(z.object({ ...spec.shape, ORIGINS: origins().default([]).describe('Who.') }));
    expect(described.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '))).toEqual([
      'HOST Address to listen on. [127.0.0.1]',
      'PORT Port to listen on. [4000]',
      'AUTH_URL Where auth answers. [required]',
      'SEED Seed of the tests. [optional]',
      'ORIGINS Who. [none]',
    ]);
  });
});

describe('a variable with a former name', () => {
  const renamed = z.object({
    SHORTEST: z.string().meta({ description: 'How short it may be.', formerName: 'MINIMUM' }),
    LONGEST: z.string().optional().meta({ description: 'How long it may be.', formerName: 'MAXIMUM' }),
  });

  test.each([
    ['its name', { SHORTEST: '1', LONGEST: '9' }],
    ['its former name', { MINIMUM: '1', MAXIMUM: '9' }],
    ['both, of which the former is empty', { SHORTEST: '1', MINIMUM: '', LONGEST: '9', MAXIMUM: '' }],
    ['both, of which the new one is empty', { SHORTEST: '', MINIMUM: '1', LONGEST: '', MAXIMUM: '9' }],
    ['both, of which the new one counts', { SHORTEST: '1', MINIMUM: '2', LONGEST: '9', MAXIMUM: '8' }],
  ])('is read under %s', (_, env) => {
    expect(readEnvironment(renamed, env)).toEqual({ SHORTEST: '1', LONGEST: '9' });
  });

  test('is missing under both names', () => {
    expect(startupErrorOf(renamed, {})).toContain('  SHORTEST or MINIMUM is missing: How short it may be.');
  });

  test('is described with both names', () => {
    const described = describeEnvironment(renamed);
    expect(described).toMatch(/SHORTEST +How short it may be. Formerly MINIMUM, which still works. \[required\]/);
    expect(described).toMatch(/LONGEST +How long it may be. Formerly MAXIMUM, which still works. \[optional\]/);
  });
});

describe('a port', () => {
  const one = z.object({ PORT: port() });

  test.each(['-1', '65536', '80.5', '4e3', '0x50', ' 80', '80 ', '+80', '８０', 'NaN', 'Infinity', '9'.repeat(400)])(
    'is not %j',
    (value) => {
      expect(startupErrorOf(one, { PORT: value })).toContain('PORT must be a whole number from 0 to 65535');
    },
  );

  test.each([
    ['0', 0],
    ['65535', 65_535],
  ])('may be %s', (value, number) => {
    expect(readEnvironment(one, { PORT: value })).toEqual({ PORT: number });
  });
});

test.each(['9', '17'])('a whole number from 10 to 16 is not %s', (value) => {
  const cost = z.object({ COST: wholeNumber({ min: 10, max: 16 }) });
  expect(startupErrorOf(cost, { COST: value })).toContain('COST must be a whole number from 10 to 16');
});

describe('a URL', () => {
  const one = z.object({ URL: httpUrl() });

  test.each(['auth', 'auth:4001', '/graphql', '//auth/graphql', 'ftp://auth', 'file:///etc', 'javascript:alert(1)'])(
    'is not %j',
    (value) => {
      expect(startupErrorOf(one, { URL: value })).toContain('URL must be an absolute URL');
    },
  );

  test.each([
    ['http://auth:4001/graphql', 'http://auth:4001/graphql'],
    ['https://auth.example//', 'https://auth.example'],
    ['http://[::1]:4001/', 'http://[::1]:4001'],
  ])('%s is read as %s', (value, url) => {
    expect(readEnvironment(one, { URL: value })).toEqual({ URL: url });
  });
});

describe('a list of named URLs', () => {
  const one = z.object({ TO: namedHttpUrls().default([]) });
  const unnamed = 'TO must be names with URLs, separated by commas, such as name=http://127.0.0.1:4000/path';

  test.each([
    ['http://one.example:4002/events', unnamed],
    ['=http://one.example:4002', unnamed],
    ['a b=http://one.example:4002', unnamed],
    ['a =http://one.example:4002', unnamed],
    ['ä=http://one.example:4002', unnamed],
    ['a=http://one:1,', unnamed],
    [',', unnamed],
    ['a', 'TO must be an absolute URL'],
    ['a=', 'TO must be an absolute URL'],
    ['a=one.example:4002', 'TO must be an absolute URL'],
    ['a=ftp://resources', 'TO must be an absolute URL'],
    ['a=http://one:1,b=file:///etc/passwd', 'TO must be an absolute URL'],
    ['a=http://one:1,a=http://two:2', 'TO must give each URL a different name'],
  ])('is not %j', (value, wrong) => {
    expect(startupErrorOf(one, { TO: value })).toContain(wrong);
  });

  test.each([
    ['', []],
    ['one=http://one:1/events', [{ name: 'one', url: 'http://one:1/events' }]],
    ['one=http://one:1/?a=b=c', [{ name: 'one', url: 'http://one:1/?a=b=c' }]],
    [
      ' a-1=http://one:1/events , b_2=https://two.example ',
      [
        { name: 'a-1', url: 'http://one:1/events' },
        { name: 'b_2', url: 'https://two.example' },
      ],
    ],
    [
      'a=http://one:1,b=http://one:1',
      [
        { name: 'a', url: 'http://one:1' },
        { name: 'b', url: 'http://one:1' },
      ],
    ],
  ])('may be %j', (value, all) => {
    expect(readEnvironment(one, { TO: value })).toEqual({ TO: all });
  });
});

describe('a list of origins', () => {
  const one = z.object({ ORIGINS: origins() });

  test.each([
    ['*'],
    ['null'],
    ['app.example'],
    ['https://app.example/'],
    ['https://app.example/path'],
    ['https://app.example:443'],
    ['https://ada:secret@app.example'],
    ['https://*.app.example'],
    ['https://app.example,'],
    ['https://app.example,*'],
    ['https://app.example https://other.example'],
  ])('is not %j', (value) => {
    expect(startupErrorOf(one, { ORIGINS: value })).toContain('ORIGINS must be origins separated by commas');
  });

  test('names the entry that is not an origin', () => {
    const message = startupErrorOf(one, { ORIGINS: 'https://app.example,https://other.example/' });
    expect(message).toContain("without a path or trailing slash; 'https://other.example/' is none");
  });

  test('may have white space around its commas', () => {
    const ORIGINS = 'https://app.example , http://localhost:3000';
    expect(readEnvironment(one, { ORIGINS })).toEqual({ ORIGINS: ['https://app.example', 'http://localhost:3000'] });
  });
});

describe('a secret file', () => {
  const upperCase = z.object({ KEY_FILE: secretFile((text) => text.toUpperCase()).describe('The key.') });

  test('that is missing is named together with its variable', () => {
    const file = join(folderOfTest(), 'key.pem');
    expect(startupErrorOf(upperCase, { KEY_FILE: file })).toMatch(
      /KEY_FILE names a file that cannot be used: .*key\.pem/,
    );
  });

  test('with invalid content is named without quoting it', () => {
    const file = join(folderOfTest(), 'key.pem');
    writeFileSync(file, 'the secret itself');
    const parse = (): string => {
      throw new StartupError('It is damaged.');
    };
    const message = startupErrorOf(z.object({ KEY_FILE: secretFile(parse) }), { KEY_FILE: file });
    expect(message).toMatch(/KEY_FILE names a file that cannot be used: .*key\.pem: It is damaged\./);
    expect(message).not.toContain('secret itself');
  });

  test('is read and parsed', () => {
    const file = join(folderOfTest(), 'key.pem');
    writeFileSync(file, 'secret\n');
    expect(readEnvironment(upperCase, { KEY_FILE: file })).toEqual({ KEY_FILE: 'SECRET' });
  });
});

test.each(['loud', 'INFO', 'fatal'])('a log level is not %j', (value) => {
  expect(startupErrorOf(z.object({ LOG_LEVEL: logLevel() }), { LOG_LEVEL: value })).toContain(
    'LOG_LEVEL must be one of trace, debug, info, warn, error, silent',
  );
});
