import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { startImageService } from '../../image-service/server.ts';
import { putSigningKey, tokenOf, verificationPem } from './processes/keys.ts';
import { imageServiceToken } from './processes/settings.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the bundled processes. */
    bundles: string;
  }
}

/** The part of esbuild's API used here. esbuild comes with tsx. */
interface Esbuild {
  build(options: object): Promise<unknown>;
}

interface Build {
  onLoad(
    options: { filter: RegExp },
    load: (file: { path: string }) => { contents: string; loader: 'ts' } | undefined,
  ): void;
}

const fromHere = createRequire(import.meta.url);
const esbuild = createRequire(fromHere.resolve('tsx'))('esbuild') as Esbuild;
const names = ['resources-process', 'auth-process', 'image-service-process'];
const subgraphs = ['auth', 'resources'];

/**
 * Bundles each process into one file and stores V8's compiled code of it. Processes that are killed hundreds of times
 * then start in a fraction of the seconds that tsx takes.
 */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'supergraph-bundles-'));
  const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const options = {
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' },
    ...{ minifyWhitespace: true, minifySyntax: true },
    external: ['bcrypt', 'better-sqlite3', 'sharp'],
    plugins: [{ name: 'module URLs', setup: (build: Build) => inlineModuleUrls(build, folder) }],
  };
  await esbuild.build({ ...options, entryPoints: names.map((name) => inHere(`processes/${name}.ts`)) });
  await esbuild.build({
    ...options,
    entryPoints: subgraphs.map((name) => ({
      in: inHere(`../../subgraphs/${name}/storage/sqlite/writer-thread.ts`),
      out: `${name}-writer-thread`,
    })),
    // The project's packages, which a module in this folder would not find.
    banner: { js: `require = require('node:module').createRequire(${JSON.stringify(import.meta.url)});` },
  });
  writeFileSync(join(folder, 'run.cjs'), loader);
  const images = join(folder, 'images');
  const imageService = await startImageService({
    host: '127.0.0.1',
    port: 0,
    folder: images,
    token: imageServiceToken,
  });
  await cacheCompiled(folder, 'resources-process', {
    file: join(folder, 'resources.sqlite'),
    imageServiceUrl: imageService.url,
    publicKey: verificationPem,
    warmUpAs: tokenOf('nobody'),
  });
  const keysFolder = join(folder, 'keys');
  putSigningKey(keysFolder);
  await cacheCompiled(folder, 'auth-process', {
    file: join(folder, 'auth.sqlite'),
    keysFolder,
    eventsUrl: `${imageService.url}/nobody`,
    warmsUp: true,
  });
  await imageService.stop(0);
  await cacheCompiled(folder, 'image-service-process', { folder: images });
  project.provide('bundles', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Runs a process until it serves, and stores the code compiled until then. */
async function cacheCompiled(folder: string, name: string, settings: object): Promise<void> {
  const { PATH = '' } = process.env;
  const words = [join(folder, 'run.cjs'), name, JSON.stringify(settings)];
  await promisify(execFile)(process.execPath, words, { env: { PATH, CACHE_COMPILED: '1' } });
}

/**
 * Replaces import.meta.url by the URL of the source, so that modules find the files beside them, and the modules of
 * writer threads by their bundles.
 */
function inlineModuleUrls(build: Build, folder: string): void {
  build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    if (path.includes('node_modules')) return undefined;
    const url = JSON.stringify(pathToFileURL(path).href);
    const subgraph = subgraphs.find((name) => path.includes(`/subgraphs/${name}/`));
    const thread = JSON.stringify(pathToFileURL(join(folder, `${subgraph}-writer-thread.cjs`)).href);
    const contents = readFileSync(path, 'utf8')
      .replaceAll("new URL('writer-thread.ts', import.meta.url)", `new URL(${thread})`)
      .replaceAll('import.meta.url', url);
    return { contents, loader: 'ts' };
  });
}

/** Runs a bundle from its compiled code, or stores that code on request. */
const loader = `
  const { existsSync, readFileSync, writeFileSync } = require('node:fs');
  const { createRequire } = require('node:module');
  const { Script } = require('node:vm');
  const [, file, name] = process.argv;
  const bundle = require('node:path').join(__dirname, name + '.cjs');
  const compiled = bundle + '.compiled';
  const text = '(function (require, module, exports) {' + readFileSync(bundle, 'latin1') + '\\n})';
  const cachedData = existsSync(compiled) ? readFileSync(compiled) : undefined;
  const script = new Script(text, { filename: bundle, ...(cachedData && { cachedData }) });
  const module_ = { exports: {} };
  script.runInThisContext()(createRequire(${JSON.stringify(import.meta.url)}), module_, module_.exports);
  module_.exports.run(process.argv[3]).then(() => {
    if (!process.env.CACHE_COMPILED) return;
    writeFileSync(compiled, script.createCachedData());
    process.exit();
  });
`;
