import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { directiveNames, readLinks, specification } from './linked-directives.ts';

const namesIn = (sdl: string, directive: string, spec = 'federation') =>
  directiveNames(readLinks(parse(sdl).definitions), specification(spec), directive);

const federation = 'https://specs.apollo.dev/federation/v2.9';

test('finds an imported directive', () => {
  expect(namesIn(`extend schema @link(url: "${federation}", import: ["@key", "@policy"])`, 'policy')).toEqual([
    'policy',
  ]);
});

test('finds a directive that is imported under another name', () => {
  const sdl = `extend schema @link(url: "${federation}", import: [{ name: "@policy", as: "@rule" }])`;
  expect(namesIn(sdl, 'policy')).toEqual(['rule']);
});

test('finds a directive that is not imported under the prefix of its specification', () => {
  expect(namesIn(`extend schema @link(url: "${federation}")`, 'policy')).toEqual(['federation__policy']);
  expect(namesIn(`schema @link(url: "${federation}", as: "fed") { query: Query }`, 'policy')).toEqual(['fed__policy']);
});

test('finds the main directive of a specification under its name, or under that of the link', () => {
  const url = 'https://specs.apollo.dev/policy/v0.1';
  expect(namesIn(`schema @link(url: "${url}") { query: Query }`, 'policy', 'policy')).toEqual(['policy']);
  expect(namesIn(`schema @link(url: "${url}", as: "rule") { query: Query }`, 'policy', 'policy')).toEqual(['rule']);
});

test('reads links under another name of @link', () => {
  const sdl = `
    extend schema
      @uses(url: "https://specs.apollo.dev/link/v1.0", as: "uses")
      @uses(url: "${federation}", import: ["@policy"])
      @link(url: "${federation}", as: "other")
  `;
  expect(namesIn(sdl, 'policy')).toEqual(['policy']);
});

test('reads links of several extensions, with URLs of any version', () => {
  const sdl = `
    schema @link(url: "https://specs.apollo.dev/join/v0.5/") { query: Query }
    extend schema @link(url: "https://specs.apollo.dev/policy")
  `;
  expect(readLinks(parse(sdl).definitions).map(({ identity, prefix }) => [identity, prefix])).toEqual([
    [specification('join'), 'join'],
    [specification('policy'), 'policy'],
  ]);
});

test('finds no directive of a specification that is not linked, or of another publisher', () => {
  expect(namesIn('type Query { a: Int }', 'policy')).toEqual([]);
  expect(namesIn('extend schema @link(url: "https://example.com/policy/v0.1")', 'policy', 'policy')).toEqual([]);
});
