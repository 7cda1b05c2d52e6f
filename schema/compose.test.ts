import { readFileSync } from 'node:fs';
import { type DocumentNode, type FieldDefinitionNode, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { run } from '../tests/support/systems/spawned.ts';
import { apiErrorCodes } from './error-codes.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const subgraphs = ['auth.graphql', 'resources.graphql'];

interface Described {
  name: string;
  description: string | undefined;
}

/** All types, fields, arguments, enum values and input fields of a document, with their schema coordinates. */
function partsOf(document: DocumentNode): Described[] {
  return document.definitions.flatMap((definition) => {
    if (!('name' in definition) || definition.name === undefined) return [];
    const type = definition.name.value;
    const fields = 'fields' in definition ? (definition.fields ?? []) : [];
    const values = 'values' in definition ? (definition.values ?? []) : [];
    const inside = [...fields, ...values].flatMap((part) => [
      describedAs(`${type}.${part.name.value}`, part),
      ...argumentsOf(part).map((argument) =>
        describedAs(`${type}.${part.name.value}(${argument.name.value}:)`, argument),
      ),
    ]);
    return [describedAs(type, definition), ...inside];
  });
}

const argumentsOf = (part: object) => ('arguments' in part ? ((part as FieldDefinitionNode).arguments ?? []) : []);

function describedAs(name: string, part: object): Described {
  const { description } = part as { description?: { value: string } };
  return { name, description: description?.value.trim() };
}

const fieldsOf = (file: string, type: string) =>
  partsOf(parse(read(file))).filter(({ name }) => name.startsWith(`${type}.`) && !name.includes('('));

describe.each(subgraphs)('%s', (file) => {
  test('describes every type, field, argument, enum value and input field', () => {
    const parts = partsOf(parse(read(file)));
    expect(parts.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
    expect(parts.length).toBeGreaterThan(15);
  });

  test('links exactly federation 2.9', () => {
    const extensions = parse(read(file)).definitions.filter(({ kind }) => kind === Kind.SCHEMA_EXTENSION);
    const links = extensions.flatMap((extension) => ('directives' in extension ? (extension.directives ?? []) : []));
    const urls = links.map((link) => link.arguments?.find(({ name }) => name.value === 'url')?.value);
    expect(urls).toMatchObject([{ kind: Kind.STRING, value: 'https://specs.apollo.dev/federation/v2.9' }]);
  });

  test.each(fieldsOf(file, 'Mutation'))('lists the codes of $name, all of which exist', ({ description = '' }) => {
    const [, listed] = /\bCodes: (.+)$/s.exec(description) ?? [];
    const codes = listed?.match(/\b[A-Z]{2,}(_[A-Z]+)*\b/g) ?? [];
    expect(listed === 'none.' ? ['none'] : codes).not.toEqual([]);
    expect(apiErrorCodes).toEqual(expect.arrayContaining(codes));
  });

  const conflictReasons = ['VERSION_PASSED', 'KEY_REUSED', 'IN_PROGRESS'];
  test('mentions only existing codes in descriptions', () => {
    const descriptions = partsOf(parse(read(file))).map(({ description = '' }) => description);
    const named = descriptions.flatMap((description) => description.match(/\b[A-Z]{3,}(_[A-Z]+)+\b/g) ?? []);
    expect(named.filter((code) => !apiErrorCodes.includes(code) && !conflictReasons.includes(code))).toEqual([]);
  });
});

test('the committed supergraph and API are current: run npm run compose after a change', async () => {
  // In a separate process, because vitest may load two copies of graphql.
  const program = "import { compose } from './schema/compose.ts'; console.log(JSON.stringify(compose()));";
  const process = run('--input-type=module', {}, '--eval', program);
  expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
  const { supergraph, api } = JSON.parse(process.stdout()) as Record<string, string>;
  expect(read('supergraph.graphql')).toBe(supergraph);
  expect(read('api.graphql')).toBe(api);
});

test('every part of the API has a description', () => {
  const parts = partsOf(parse(read('api.graphql')));
  expect(parts.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
  expect(parts.length).toBeGreaterThan(80);
});

test('the API contains nothing of federation', () => {
  expect(read('api.graphql')).not.toMatch(/_entities|_service|_Any|join__|@key|@link/);
});

describe('the command', () => {
  test('--help explains it and writes nothing', async () => {
    const before = read('supergraph.graphql');
    const command = run('schema/tools/compose/main.ts', {}, '--help');
    expect([await command.exitCode, command.stderr()]).toEqual([0, '']);
    expect(command.stdout()).toContain('schema/supergraph.graphql');
    expect(read('supergraph.graphql')).toBe(before);
  });

  test('rejects an unknown argument with 2', async () => {
    const command = run('schema/tools/compose/main.ts', {}, '--check');
    expect([await command.exitCode, command.stdout()]).toEqual([2, '']);
    expect(command.stderr()).toContain('Unknown argument: --check\n');
  });
});
