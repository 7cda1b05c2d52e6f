import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { embeddedEnvironment } from '../../embedded/environment.ts';
import { gatewayEnvironment } from '../../gateway/environment.ts';
import { imageServiceEnvironment } from '../../image-service/environment.ts';
import { authEnvironment } from '../../subgraphs/auth/environment.ts';
import { resourcesEnvironment } from '../../subgraphs/resources/environment.ts';

const specs = [embeddedEnvironment, gatewayEnvironment, authEnvironment, resourcesEnvironment, imageServiceEnvironment];
const variables = [...new Set(specs.flatMap((spec) => Object.keys(spec.shape)))].sort();
const textOf = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

test('.env.example lists exactly the variables that the code reads', () => {
  const listed = [...textOf('.env.example').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
  expect([...new Set(listed)].sort()).toEqual(variables);
});

test('docs/configuration.md describes every variable once', () => {
  const listed = [...textOf('docs/configuration.md').matchAll(/^\| `([A-Z][A-Z_]+)` \|/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(variables);
});

test('docker-compose.yml sets no variable that nothing reads', () => {
  const set = [...textOf('docker-compose.yml').matchAll(/^ {6}([A-Z][A-Z_]+):/gm)].map(([, name]) => name);
  expect(set.filter((name) => !variables.includes(name ?? ''))).toEqual([]);
  expect(set.length).toBeGreaterThan(5);
});
