import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type OutputFile, stop, version } from 'esbuild';
import { builtFolder, filesFolder, indexName, type PageFile, readBuiltPage } from './page-file.ts';

/**
 * `npm run explorer`: builds the page into `built/`, which is committed, so that an installation needs neither the
 * bundler nor the page's packages. `--check` writes nothing, and fails if `built/` is not what the sources build.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));

const options = {
  absWorkingDir: join(root, 'gateway/explorer/page'),
  outdir: 'built',
  bundle: true,
  minify: true,
  write: false,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  target: 'es2022',
  jsx: 'automatic',
  loader: { '.ttf': 'file', '.png': 'base64' },
  // GraphiQL imports prettier 2's names; under these, prettier 3 has CommonJS modules without named exports.
  alias: { 'prettier/parser-babel': 'prettier/plugins/babel', 'prettier/parser-graphql': 'prettier/plugins/graphql' },
  // GraphiQL imports it for subscriptions, which the API does not have.
  external: ['graphql-ws'],
  metafile: true,
  // Licence texts of the bundled packages, in one file beside each script that contains them.
  legalComments: 'external',
  logLevel: 'silent',
} satisfies BuildOptions;

/** Web workers of the editors: completion, and the validation of JSON and GraphQL. */
const workers = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

/** Bundles the page, in esbuild's process, in some seconds. Rejects if an npm package is missing. */
export async function buildPage(): Promise<PageFile[]> {
  try {
    const { outputFiles: workerFiles, metafile } = await build({ ...options, entryPoints: workers, format: 'iife' });
    requireOwnPackages(metafile);
    const workerNames = Object.fromEntries(
      Object.keys(workers).map((name) => [name, findName(workerFiles, new RegExp(`^${name}-.*\\.js$`))]),
    );
    const { outputFiles: pageFiles, metafile: pageMetafile } = await build({
      ...options,
      entryPoints: { page: 'page.tsx' },
      format: 'esm',
      splitting: true,
      define: { WORKER_FILES: JSON.stringify(workerNames) },
    });
    requireOwnPackages(pageMetafile);
    const files = [...workerFiles, ...pageFiles];
    const script = findName(files, /^page-.*\.js$/);
    const style = findName(files, /^page-.*\.css$/);
    return [
      { name: indexName, bytes: new TextEncoder().encode(indexHtml({ script, style, sources: await hashSources() })) },
      // The page's stylesheet includes those of the chunks.
      ...files
        .filter(({ path }) => !path.endsWith('.css') || basename(path) === style)
        .map(({ path, contents }) => ({ name: basename(path), bytes: contents })),
    ];
  } finally {
    // Ends esbuild's process, which would keep its memory.
    await stop();
  }
}

/** Hashes everything that the page is built from: its sources, the client's library, the packages' and esbuild's versions. */
export async function hashSources(): Promise<string> {
  const files = [
    ...(await listFiles('gateway/explorer/page')),
    ...(await listFiles('clients/typescript')),
    join(root, 'gateway/explorer/build.ts'),
  ];
  const hash = createHash('sha256').update(version);
  for (const file of files.sort()) {
    const content = await readFile(file);
    hash.update(`\n${relative(root, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

async function listFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder), { withFileTypes: true });
  const nested = names.map(async (entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return /^(node_modules|testing|dist|command-line)$/.test(entry.name) ? [] : listFiles(path);
    return isBuiltFrom(path) ? [join(root, path)] : [];
  });
  return (await Promise.all(nested)).flat();
}

/** True for sources of the page. The client's package.json is left out, since each release changes its version. */
function isBuiltFrom(path: string): boolean {
  return !/\.test\.ts$/.test(path) && (path.startsWith('gateway/') || path.endsWith('.ts'));
}

function findName(files: OutputFile[], pattern: RegExp): string {
  const name = files.map(({ path }) => basename(path)).find((each) => pattern.test(each));
  if (name === undefined) throw new Error(`The bundler wrote no file that matches ${pattern}.`);
  return name;
}

/** Rejects a package of another folder than the page's: its version would not be that of the page's lock file. */
function requireOwnPackages({ inputs }: Metafile): void {
  const foreign = Object.keys(inputs).filter((path) => /node_modules/.test(path) && !path.startsWith('node_modules/'));
  if (foreign.length > 0) throw new Error(`The page bundles packages from outside of its folder: ${foreign[0]}`);
}

function indexHtml({ script, style, sources }: { script: string; style: string; sources: string }): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="sources" content="${sources}">
    <title>image-supergraph explorer</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${filesFolder}/${style}">
    <script type="module" src="${filesFolder}/${script}"></script>
  </head>
  <body>
    <div id="explorer"><p>The explorer is loading. It needs JavaScript; the API, at <code>graphql</code>, does not.</p></div>
  </body>
</html>
`;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 1 && args[0] === '--help') {
    console.log(
      'npm run explorer [-- --check]\n\nBuilds the explorer into gateway/explorer/built. Needs its packages:',
    );
    console.log(
      '  npm ci --prefix gateway/explorer/page\n\n--check  Only compare: exit 1 if the folder is out of date.',
    );
    return 0;
  }
  if (args.some((arg) => arg !== '--check')) {
    console.error(`Unknown arguments: ${args.join(' ')}. See npm run explorer -- --help.`);
    return 2;
  }
  if (!existsSync(join(options.absWorkingDir, 'node_modules'))) {
    console.error('Install the packages of the page first: npm ci --prefix gateway/explorer/page');
    return 1;
  }
  const files = await buildPage().catch((error: Error) => {
    console.error(`${error.message}\nIf a package is missing: npm ci --prefix gateway/explorer/page`);
    return undefined;
  });
  if (!files) return 1;
  if (args.includes('--check')) {
    const isCurrent = isSamePage(files, await readBuiltPage());
    console.log(
      isCurrent ? 'gateway/explorer/built is up to date.' : 'gateway/explorer/built is out of date: npm run explorer',
    );
    return isCurrent ? 0 : 1;
  }
  rmSync(builtFolder, { recursive: true, force: true });
  mkdirSync(builtFolder, { recursive: true });
  for (const { name, bytes } of files) writeFileSync(join(builtFolder, name), bytes);
  console.log(`Wrote ${files.length} files to gateway/explorer/built.`);
  return 0;
}

function isSamePage(one: readonly PageFile[], other: readonly PageFile[]): boolean {
  const others = new Map(other.map(({ name, bytes }) => [name, bytes]));
  return (
    one.length === other.length &&
    one.every(({ name, bytes }) => Buffer.compare(bytes, others.get(name) ?? empty) === 0)
  );
}

const empty = new Uint8Array();

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
