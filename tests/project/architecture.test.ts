import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Each room with the project's files and the packages that it may import. The first room that matches a file applies. */
const rooms: { room: RegExp; files?: RegExp; packages?: RegExp }[] = [
  { room: /\.(test|contract|model)\.ts$|(^|\/)testing\/|^tests\/|\/differential\//, files: /./, packages: /./ },
  { room: /^bench\//, files: /./, packages: /./ },
  // The client is a package of its own. Only its entry and its command line for Node import Node's modules.
  {
    room: /^clients\/typescript\/command-line\//,
    files: /^clients\/typescript\//,
    packages: /^(node:|tinyglobby$)/,
  },
  { room: /^clients\/typescript\/node\.ts$/, files: /^clients\/typescript\//, packages: /^node:/ },
  { room: /^clients\/typescript\//, files: /^clients\/typescript\//, packages: /^@graphql-typed-document-node\/core$/ },
  // The examples use only the client.
  { room: /^examples\//, files: /^(examples|clients\/typescript)\//, packages: /^node:/ },
  { room: /^(start\.ts|embedded\/)/, files: /./, packages: /^(node:|zod$)/ },
  {
    room: /^[\w.]+\.config\.ts$|drizzle\.config\.ts$/,
    files: /^tests\/browser\/find-browser\.ts$/,
    packages: /^(node:|vitest|drizzle-kit)/,
  },
  { room: /^release\//, files: /^release\//, packages: /^node:/ },
  { room: /^schema\//, files: /^schema\//, packages: /./ },
  { room: /^image-service\//, files: /^image-service\//, packages: /./ },
  { room: /^platform\//, files: /^platform\//, packages: /./ },
  {
    room: /^gateway\/execution\//,
    files: /^gateway\/execution\/|^platform\/(graphql\/|json\.ts$)/,
    packages:
      /^(node:|@apollo\/(gateway($|\/dist\/)|federation-internals$|query-planner$)|graphql($|\/execution\/collectFields\.js$)|lru-cache$)/,
  },
  // The page runs in browsers: it uses the gateway's API, and the client for its session.
  {
    room: /^gateway\/explorer\/page\//,
    files: /^(gateway\/explorer\/page|clients\/typescript)\//,
    packages:
      /^(@graphiql\/|graphiql($|\/)|graphql$|jsonc-parser$|monaco-editor$|react($|-dom\/)|zustand($|\/))|\.(css|png)$/,
  },
  // The bundler is a development dependency: only the build of the page may import it.
  {
    room: /^gateway\/explorer\/build\.ts$/,
    files: /^gateway\/explorer\//,
    packages: /^(node:|esbuild$)/,
  },
  {
    room: /^gateway\/explorer\//,
    files: /^(gateway\/explorer\/(?!page\/)|platform\/)/,
    packages: /^(node:|negotiator$)/,
  },
  {
    room: /^gateway\//,
    files: /^(gateway|platform)\/|^schema\/(error-codes|credential-fields|policies)\.ts$/,
    packages: /^(node:|@apollo\/gateway$|graphql$|lru-cache$|p-limit$|proxy-addr$|rate-limiter-flexible$|undici$|zod$)/,
  },
  ...['auth', 'resources'].flatMap((name) => {
    const own = `^subgraphs/${name}/`;
    const rules = `${own}(accounts|usernames|sessions|personal-access-tokens|resources|operations)/`;
    return [
      {
        room: new RegExp(`${own}storage/`),
        files: new RegExp(
          `${own}storage/|^platform/(tokens/security-event|async/[\\w-]+|database/(writer/)?[\\w-]+)\\.ts$`,
        ),
        packages: /^(node:(?!fs)|drizzle-orm|rate-limiter-flexible$)/,
      },
      // The rules are independent of transport and database: no graphql, drizzle, fetch or HTTP.
      {
        room: new RegExp(rules),
        files: new RegExp(
          `${own}|^platform/(api-error|json|text|async/[\\w-]+|process/logger|http/client-info|tokens/(access-token|personal-access-token|token-errors|token-exchange))\\.ts$|^schema/error-codes\\.ts$`,
        ),
        packages: /^(node:(crypto|timers\/promises|zlib)|lru-cache|p-limit|unhomoglyph|uuid|zod)$/,
      },
      {
        room: new RegExp(`${own}resolvers\\.ts$`),
        files: new RegExp(
          `${own}|^platform/(api-error|authorization/protect-schema|tokens/access-token|graphql/date-time|http/client-info)\\.ts$|^schema/error-codes\\.ts$`,
        ),
      },
      {
        room: new RegExp(own),
        files: new RegExp(`${own}|^platform/|^schema/(error-codes|credential-fields|policies)\\.ts$`),
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
    if (/^(\.|node_modules$|data$|dist$)/.test(entry.name)) return [];
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

test('every file imports only what its room may import', () => {
  const strangers = imports.filter(({ from, to }) => {
    const rule = rooms.find(({ room }) => room.test(from));
    const allowed = /\.tsx?$/.test(to) ? rule?.files : rule?.packages;
    return !allowed?.test(to);
  });
  expect(strangers.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

/** True if a file is a test, or only tests use it. */
const isOfTests = (file: string) =>
  /\.(test|contract|model)\.tsx?$|(^|\/)(testing|generated|migrations|differential)\/|^tests\//.test(file);

/** Finds the circles in a graph. */
function circlesIn(edges: readonly { from: string; to: string }[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const circles: string[] = [];
  const done = new Set<string>();
  const follow = (node: string, path: string[]) => {
    const start = path.indexOf(node);
    if (start >= 0) circles.push([...path.slice(start), node].join(' -> '));
    if (start >= 0 || done.has(node)) return;
    for (const to of next.get(node) ?? []) follow(to, [...path, node]);
    done.add(node);
  };
  for (const node of next.keys()) follow(node, []);
  return circles;
}

const isSource = (file: string) => /\.tsx?$/.test(file) && !/(^|\/)generated\//.test(file);
const betweenSources = imports.filter(({ from, to }) => isSource(from) && isSource(to));

test('no file imports itself through others, not even by types', () => {
  expect(circlesIn(betweenSources)).toEqual([]);
});

test('no folder imports itself through others', () => {
  const betweenFolders = betweenSources
    .filter(({ from, to }) => !isOfTests(from) && !isOfTests(to))
    .map(({ from, to }) => ({ from: dirname(from), to: dirname(to) }))
    .filter(({ from, to }) => from !== to);
  expect(circlesIn(betweenFolders)).toEqual([]);
});

test('no folder holds more than 20 sources', () => {
  const counts = new Map<string, number>();
  for (const file of sources.filter((each) => !isOfTests(each)))
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > 20)).toEqual([]);
});

/** Sources of less than 20 lines, each with the reason why it is not part of the file that uses it. */
const shortFiles: Record<string, string> = {
  'bench/gateways/constant.ts': 'entry point of a process',
  'bench/harness/meter.ts': 'preloaded into processes',
  'bench/other-routers/hive/main.ts': 'entry point of a process',
  'gateway/explorer/page/files.d.ts': 'types of the files that the page imports',
  'platform/database/database-unavailable-error.ts': 'thrown by storage, caught in other rooms',
  'platform/graphql/date-time.ts': 'scalar of both subgraphs',
  'platform/http/content-digest.ts': 'used by bodies and by signatures',
  'platform/process/secret-file.ts': 'used by several rooms',
  'schema/credential-fields.ts': 'data that the gateway and auth share',
  'schema/policies.ts': 'functions that the gateway and the subgraphs share',
  'subgraphs/auth/storage/sqlite/drizzle.config.ts': 'configuration of drizzle-kit',
  'subgraphs/auth/storage/sqlite/writer-thread.ts': 'entry point of a thread',
  'subgraphs/resources/storage/sqlite/drizzle.config.ts': 'configuration of drizzle-kit',
  'subgraphs/resources/storage/sqlite/statement-cache.ts': 'used by reads and by changes',
  'subgraphs/resources/storage/sqlite/writer-thread.ts': 'entry point of a thread',
};

test('only the listed sources have less than 20 lines', () => {
  const lineCount = (file: string) => readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length;
  const short = sources.filter((file) => !isOfTests(file) && lineCount(file) < 20);
  expect(short.sort()).toEqual(Object.keys(shortFiles).sort());
});

const isSqliteLibrary = (name: string) =>
  /^(better-sqlite3(-.*)?|node:sqlite|(node-)?sqlite3?|@libsql\/.*|libsql|@sqlite\.org\/.*|sql\.js)$/.test(name);

describe('boundaries', () => {
  test('finds sources and imports', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(200);
  });

  test.each(['auth', 'resources'])('only rooms that run or test everything import %s', (name) => {
    const guests = imports.filter(
      ({ from, to }) => to.startsWith(`subgraphs/${name}/`) && !from.startsWith(`subgraphs/${name}/`),
    );
    expect(guests.filter(({ from }) => !/^(start\.ts|embedded\/|tests\/|bench\/)/.test(from))).toEqual([]);
  });

  test('only storage imports drizzle', () => {
    const users = imports.filter(({ to }) => to.startsWith('drizzle')).map(({ from }) => from);
    expect(users.filter((from) => !/\/(storage|testing)\/|^platform\/database\//.test(from))).toEqual([]);
  });

  // Closing any descriptor of a database file drops SQLite's locks on it (fcntl(2)). These rooms know where the file is.
  test('no code that has the path of a database opens files itself', () => {
    const hasPath = /^(platform\/database\/|start\.ts$|embedded\/supergraph\.ts$|subgraphs\/\w+\/(storage\/|\w+\.ts$))/;
    const openers = imports.filter(
      ({ from, to }) => /^(node:)?fs\b/.test(to) && hasPath.test(from) && !isOfTests(from),
    );
    expect(openers.map(({ from }) => from)).toEqual([
      'platform/database/replaced-files.ts',
      'platform/database/sqlite.ts',
    ]);
  });

  test('only platform/database opens databases', () => {
    const openers = imports.filter(({ to, isTypeOnly }) => isSqliteLibrary(to) && !isTypeOnly);
    const inProduct = openers.filter(({ from }) => !isOfTests(from) && !from.startsWith('bench/'));
    expect(inProduct.filter(({ from }) => !from.startsWith('platform/database/'))).toEqual([]);
  });

  // Two copies in a process do not know of each other, and drop each other's locks when they close a file.
  test('there is one copy of SQLite', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: object };
    const installed = Object.keys(packages).filter((path) => isSqliteLibrary(path.replace(/^.*node_modules\//, '')));
    expect(installed).toEqual(['node_modules/better-sqlite3']);
    expect(imports.filter(({ to }) => isSqliteLibrary(to) && to !== 'better-sqlite3')).toEqual([]);
  });

  test('only entry points read the environment', () => {
    const readers = sources.filter((file) => /process\.env\b/.test(readFileSync(join(root, file), 'utf8')));
    // The decoder process gets the variables of the system, such as PATH, and no others.
    const allowed =
      /(^|\/)(main|keys-command)\.ts$|^platform\/process\/lifecycle\.ts$|images\/decoder-process\.ts$|^tests\/|\.test\.ts$/;
    expect(readers.filter((file) => !allowed.test(file))).toEqual([]);
  });

  test('rules import their store as types only', () => {
    const values = imports.filter(
      ({ from, to, isTypeOnly }) =>
        /^subgraphs\/\w+\/(accounts|sessions|resources)\//.test(from) && /storage\//.test(to) && !isTypeOnly,
    );
    expect(values.filter(({ to }) => !/-store\.ts$/.test(to))).toEqual([]);
  });
});
