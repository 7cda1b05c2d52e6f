import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Who may import whom: a room, and what of the project and of packages its files may import. The first that fits holds. */
const rooms: { room: RegExp; files?: RegExp; packages?: RegExp }[] = [
  { room: /\.(test|contract|model)\.ts$|(^|\/)test-[\w-]+\.ts$|^tests\/|\/differential\//, files: /./, packages: /./ },
  { room: /^bench\//, files: /./, packages: /./ },
  // A client is installed by itself: it imports nothing of the rest, and nothing of Node but in its entry for Node.
  { room: /^clients\/typescript\/node\.ts$/, files: /^clients\/typescript\//, packages: /^node:/ },
  { room: /^clients\/typescript\//, files: /^clients\/typescript\//, packages: /^@graphql-typed-document-node\/core$/ },
  // What anybody could write who has the client.
  { room: /^examples\//, files: /^(examples|clients\/typescript)\//, packages: /^node:/ },
  { room: /^codegen\.ts$/, files: /^schema\/codegen\//, packages: /^node:/ },
  { room: /^(start\.ts|embedded\/)/, files: /./, packages: /^(node:|zod$)/ },
  {
    room: /^[\w.]+\.config\.ts$|sqlite\.config\.ts$/,
    files: /^tests\/browser\/find-browser\.ts$/,
    packages: /^(node:|vitest|drizzle-kit)/,
  },
  { room: /^schema\//, files: /^schema\//, packages: /./ },
  { room: /^image-service\//, files: /^image-service\//, packages: /./ },
  { room: /^runtime\//, files: /^runtime\//, packages: /./ },
  {
    room: /^gateway\/executor\//,
    files: /^gateway\/executor\/|^runtime\/document-cache\.ts$/,
    packages: /^(node:|@apollo\/(gateway($|\/dist\/)|federation-internals$|query-planner$)|graphql$|lru-cache$)/,
  },
  // Runs in browsers: it knows the gateway by its API alone.
  {
    room: /^gateway\/explorer\/page\//,
    files: /^gateway\/explorer\/page\//,
    packages:
      /^(@graphiql\/|graphiql($|\/)|graphql$|jsonc-parser$|monaco-editor$|react($|-dom\/)|zustand($|\/))|\.(css|png)$/,
  },
  // The bundler is no dependency of a gateway that runs: only what builds the page may ask for it.
  {
    room: /^gateway\/explorer\/build\.ts$/,
    files: /^gateway\/explorer\//,
    packages: /^(node:|esbuild$)/,
  },
  {
    room: /^gateway\/explorer\//,
    files: /^(gateway\/explorer\/(?!page\/)|runtime\/)/,
    packages: /^(node:|negotiator$)/,
  },
  {
    room: /^gateway\//,
    files: /^(gateway|runtime)\//,
    packages: /^(node:|@apollo\/gateway$|graphql$|lru-cache$|proxy-addr$|undici$|zod$)/,
  },
  ...['auth', 'resources'].flatMap((name) => {
    const own = `^subgraphs/${name}/`;
    const rules = `${own}(users|sessions|resources|listing|list-input|resource-input|usernames|texts|instant|cursor|refusals|finding|caller)\\.ts$|${own}operations/`;
    return [
      {
        room: new RegExp(`${own}storage/`),
        files: new RegExp(`${own}storage/|^runtime/(refusal|security-event|sqlite)\\.ts$`),
        packages: /^(node:|drizzle-orm|rate-limiter-flexible$)/,
      },
      // The rules know no transport and no database: no graphql, drizzle, fetch or HTTP.
      {
        room: new RegExp(rules),
        files: new RegExp(`${own}|^runtime/(refusal|logger)\\.ts$`),
        packages: /^(node:(crypto|timers\/promises|zlib)|lru-cache|p-limit|unhomoglyph|uuid|zod)$/,
      },
      {
        room: new RegExp(`${own}resolvers\\.ts$`),
        files: new RegExp(`${own}|^runtime/(refusal|access-token|date-time|graphql-http)\\.ts$`),
      },
      {
        room: new RegExp(own),
        files: new RegExp(`${own}|^runtime/`),
        packages:
          /^(node:|bcrypt$|cockatiel$|dataloader$|graphql$|ipaddr\.js$|jsonwebtoken$|node-fetch$|p-limit$|sharp$|zod$)/,
      },
    ];
  }),
];

interface Import {
  from: string;
  to: string;
  isTypeOnly: boolean;
}

const sources = filesBelow('').filter((file) => /\.tsx?$/.test(file));
const imports = sources.flatMap(importsOf);

function filesBelow(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    if (/^(\.|node_modules$|data$)/.test(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map(([, type, name = '', dynamicName]) => {
    const to = dynamicName ?? name;
    return {
      from,
      to: to.startsWith('.') ? relative(root, join(root, dirname(from), to)) : to,
      isTypeOnly: Boolean(type),
    };
  });
}

test('every import is one that its room may have', () => {
  const strangers = imports.filter(({ from, to }) => {
    const rule = rooms.find(({ room }) => room.test(from));
    const allowed = /\.tsx?$/.test(to) ? rule?.files : rule?.packages;
    return !allowed?.test(to);
  });
  expect(strangers.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

describe('what the table above rests on', () => {
  test('there are sources, and imports in them', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(200);
  });

  test.each(['auth', 'resources'])('no other room imports %s, but those that run or test everything', (name) => {
    const guests = imports.filter(
      ({ from, to }) => to.startsWith(`subgraphs/${name}/`) && !from.startsWith(`subgraphs/${name}/`),
    );
    expect(guests.filter(({ from }) => !/^(start\.ts|embedded\/|tests\/|bench\/)/.test(from))).toEqual([]);
  });

  test('only storage, and what every storage shares, imports drizzle', () => {
    const users = imports.filter(({ to }) => to.startsWith('drizzle')).map(({ from }) => from);
    expect(users.filter((from) => !/\/storage\/|^runtime\/sqlite\.ts$/.test(from))).toEqual([]);
  });

  test('only entry points read the environment', () => {
    const readers = sources.filter((file) => /process\.env\b/.test(readFileSync(join(root, file), 'utf8')));
    const allowed = /(^|\/)main\.ts$|^runtime\/process\.ts$|^tests\/|\.test\.ts$/;
    expect(readers.filter((file) => !allowed.test(file))).toEqual([]);
  });

  test('rules import their store as types and refusals only', () => {
    const values = imports.filter(
      ({ from, to, isTypeOnly }) =>
        /^subgraphs\/\w+\/(users|resources)\.ts$/.test(from) && /storage\//.test(to) && !isTypeOnly,
    );
    expect(values.filter(({ to }) => !/-store\.ts$/.test(to))).toEqual([]);
  });
});
