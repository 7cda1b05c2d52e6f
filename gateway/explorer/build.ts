import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type OutputFile, stop, version } from 'esbuild';
import { filesFolder, indexName, type PageFile } from './page-file.ts';

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
    const { outputFiles: workerFiles } = await build({ ...options, entryPoints: workers, format: 'iife' });
    const workerNames = Object.fromEntries(
      Object.keys(workers).map((name) => [name, findName(workerFiles, new RegExp(`^${name}-.*\\.js$`))]),
    );
    const { outputFiles: pageFiles } = await build({
      ...options,
      entryPoints: { page: 'page.tsx' },
      format: 'esm',
      splitting: true,
      define: { WORKER_FILES: JSON.stringify(workerNames) },
    });
    const files = [...workerFiles, ...pageFiles];
    const script = findName(files, /^page-.*\.js$/);
    const style = findName(files, /^page-.*\.css$/);
    return [
      { name: indexName, bytes: new TextEncoder().encode(indexHtml({ script, style })) },
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

/** Hashes the sources of the page, the versions of all packages (package-lock.json) and that of esbuild. */
export async function hashSources(): Promise<string> {
  const files = [
    ...(await listFiles('gateway/explorer')),
    ...(await listFiles('clients/typescript')),
    join(root, 'package-lock.json'),
  ];
  const hash = createHash('sha256').update(version);
  for (const file of files.sort()) {
    const content = await readFile(file);
    hash.update(`\n${relative(root, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const sources = entries.filter((entry) => entry.isFile() && !/\.test\.ts$/.test(entry.name));
  return sources.map(({ parentPath, name }) => join(parentPath, name));
}

function findName(files: OutputFile[], pattern: RegExp): string {
  const name = files.map(({ path }) => basename(path)).find((each) => pattern.test(each));
  if (name === undefined) throw new Error(`The bundler wrote no file that matches ${pattern}.`);
  return name;
}

function indexHtml({ script, style }: { script: string; style: string }): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
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
