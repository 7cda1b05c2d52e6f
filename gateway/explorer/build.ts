import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type OutputFile } from 'esbuild';
import { type ExplorerFile, filesFolder, indexName } from './explorer-file.ts';

const pageFolder = fileURLToPath(new URL('page/', import.meta.url));

const options = {
  absWorkingDir: pageFolder,
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
  // GraphiQL asks for prettier's parsers by names of its version 2, under which version 3 has CommonJS without named exports.
  alias: { 'prettier/parser-babel': 'prettier/plugins/babel', 'prettier/parser-graphql': 'prettier/plugins/graphql' },
  logLevel: 'silent',
} satisfies BuildOptions;

/** What the editors do beside the page: completion, and the checks of JSON and GraphQL. */
const workers = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

/** Bundles the page out of npm packages. Rejects where these, or esbuild, are not installed. Takes seconds, in a process of esbuild's. */
export async function buildExplorer(): Promise<ExplorerFile[]> {
  const ofWorkers = await build({ ...options, entryPoints: workers, format: 'iife' });
  const workerFiles = Object.fromEntries(
    Object.keys(workers).map((name) => [name, nameOf(ofWorkers.outputFiles, new RegExp(`^${name}-.*\\.js$`))]),
  );
  const ofPage = await build({
    ...options,
    entryPoints: { page: 'page.tsx' },
    format: 'esm',
    splitting: true,
    define: { WORKER_FILES: JSON.stringify(workerFiles) },
  });
  const files = [...ofWorkers.outputFiles, ...ofPage.outputFiles];
  const script = nameOf(files, /^page-.*\.js$/);
  const style = nameOf(files, /^page-.*\.css$/);
  return [
    { name: indexName, bytes: new TextEncoder().encode(indexPage({ script, style })) },
    // The style of what is loaded later is in the page's already.
    ...files
      .filter(({ path }) => !path.endsWith('.css') || basename(path) === style)
      .map(({ path, contents }) => ({ name: basename(path), bytes: contents })),
  ];
}

function nameOf(files: OutputFile[], pattern: RegExp): string {
  const name = files.map(({ path }) => basename(path)).find((each) => pattern.test(each));
  if (name === undefined) throw new Error(`The explorer's page was built without ${pattern}.`);
  return name;
}

function indexPage({ script, style }: { script: string; style: string }): string {
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
