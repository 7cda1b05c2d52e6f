import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { gatewayEnvironment } from '../../gateway/environment.ts';
import { imageServiceEnvironment } from '../../image-service/environment.ts';
import { authEnvironment } from '../../subgraphs/auth/environment.ts';
import { resourcesEnvironment } from '../../subgraphs/resources/environment.ts';

const urlOf = (path: string) => new URL(`../../${path}`, import.meta.url);
const textOf = (path: string) => readFileSync(urlOf(path), 'utf8');
const dockerfile = textOf('Dockerfile');
const compose = textOf('docker-compose.yml');
const ignored = textOf('.dockerignore').trim().split('\n');

const heapFlag = '--heap-growing-percent=50';
const services = [
  { name: 'image-service', spec: imageServiceEnvironment, main: 'image-service/main.ts', hasHeapFlag: true },
  { name: 'auth', spec: authEnvironment, main: 'subgraphs/auth/main.ts', hasHeapFlag: false },
  { name: 'resources', spec: resourcesEnvironment, main: 'subgraphs/resources/main.ts', hasHeapFlag: true },
  { name: 'gateway', spec: gatewayEnvironment, main: 'gateway/main.ts', hasHeapFlag: true },
];

/** The lines of one service in docker-compose.yml. */
function sectionOf(name: string): string {
  const section = new RegExp(`^  ${name}:\n((?: {4}.*\n|\n)+)`, 'm').exec(compose)?.[1];
  if (section === undefined) throw new Error(`docker-compose.yml has no service ${name}.`);
  return section;
}

/** The names of the variables that lines set, at any depth below `environment` or an anchor of it. */
const variablesIn = (lines: string) => [...lines.matchAll(/^ +([A-Z][A-Z_]+):/gm)].map(([, name]) => name);

/** The default of a variable of the shell, as in `${NAME:-20000}`. */
function defaultOf(name: string): string | undefined {
  return new RegExp(`\\$\\{${name}:-([^}]*)\\}`).exec(compose)?.[1];
}

test('the Dockerfile copies only what exists and .dockerignore lets in', () => {
  const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
  expect(copies.length).toBeGreaterThan(5);
  expect(copies.filter((path) => !existsSync(urlOf(path)))).toEqual([]);
  expect(copies.filter((path) => !ignored.includes(`!${path}`))).toEqual([]);
});

test('.dockerignore lets in what the Dockerfile copies and nothing else, and excludes tests', () => {
  expect(ignored[0]).toBe('*');
  const letIn = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  for (const path of letIn) expect(dockerfile).toMatch(new RegExp(`^COPY (.+ )?${path.replaceAll('.', '\\.')} `, 'm'));
  const excluded = ignored.slice(1 + letIn.length);
  expect(excluded).toEqual(expect.arrayContaining(['**/*.test.ts', '**/testing']));
});

test('the image starts a process that it contains, with the heap flag', () => {
  expect(dockerfile).toContain(`CMD ["node", "${heapFlag}", "gateway/main.ts"]`);
});

test('docker-compose.yml has exactly the services that this test knows', () => {
  const [, section = ''] = /^services:\n([\s\S]*?)^\w/m.exec(compose) ?? [];
  const names = [...section.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name);
  expect(names.sort()).toEqual(services.map(({ name }) => name).sort());
});

test.each(services)(
  '$name runs its own entry point, with the heap flag where it needs it',
  ({ name, main, hasHeapFlag }) => {
    const command = /^ {4}command: (.+)$/m.exec(sectionOf(name))?.[1];
    expect(command).toBe(hasHeapFlag ? `node ${heapFlag} ${main}` : `node ${main}`);
    expect(existsSync(urlOf(main))).toBe(true);
  },
);

/** The names of the variables that a service gets, with those of the anchors that its environment merges. */
function variablesOf(name: string) {
  const section = sectionOf(name);
  const [, merged = ''] = /^ {4}environment:\n {6}<<: (.+)$/m.exec(section) ?? [];
  const anchored = [...merged.matchAll(/\*(\w+)/g)].map(([, anchor]) => {
    const lines = new RegExp(`^x-${anchor}: &${anchor}\n((?: {2}.+\n)+)`, 'm').exec(compose)?.[1];
    if (lines === undefined) throw new Error(`docker-compose.yml has no x-${anchor}.`);
    return lines;
  });
  return variablesIn([section, ...anchored].join(''));
}

test.each(services)('$name gets only variables that it reads', ({ name, spec }) => {
  const set = variablesOf(name);
  expect(set.filter((variable) => !Object.keys(spec.shape).includes(String(variable)))).toEqual([]);
  expect(set).toContain('SHUTDOWN_GRACE_MS');
});

test.each(services)('$name gets each limit that it reads', ({ name, spec }) => {
  const isLimit = (variable: string) =>
    /^(MAX_|TRUSTED_|INTROSPECTION$|COST_|GATEWAY_REPLICAS$|UNVERIFIED_)/.test(variable);
  const set = variablesOf(name);
  expect(
    Object.keys(spec.shape)
      .filter(isLimit)
      .filter((variable) => !set.includes(variable)),
  ).toEqual([]);
});

test.each(services)('$name is killed later than it stops by itself', ({ name }) => {
  const section = sectionOf(name);
  expect(section).toContain('<<: *process');
  expect(section).not.toContain('stop_grace_period');
  expect(section).toMatch(/SHUTDOWN_DELAY_MS: \$\{SHUTDOWN_DELAY_MS:-0\}$/m);
  expect(section).toMatch(/SHUTDOWN_GRACE_MS: \$\{SHUTDOWN_GRACE_MS:-20000\}$/m);
  const [, seconds = '0'] = /^(\d+)s$/.exec(defaultOf('STOP_GRACE_PERIOD') ?? '') ?? [];
  // A process takes up to 5 s to close its databases.
  const stopsWithinMs = Number(defaultOf('SHUTDOWN_DELAY_MS')) + Number(defaultOf('SHUTDOWN_GRACE_MS')) + 5_000;
  expect(Number(seconds) * 1_000).toBeGreaterThan(stopsWithinMs);
});
