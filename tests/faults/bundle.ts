import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { startImageService } from '../../image-service/server.ts';
import { putSigningKey, tokenOf, verificationPem } from './keys.ts';
import { imageServiceToken } from './tokens.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the bundles that the tests of faults start. */
    bundles: string;
  }
}

/** What of esbuild is used; it comes with tsx. */
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

/**
 * Makes one file of each process, and keeps what V8 compiles of it: a process that is killed hundreds of times must
 * start in a fraction of the seconds of work that tsx takes. The sources are the product's own.
 */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'supergraph-bundles-'));
  await esbuild.build({
    entryPoints: names.map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' },
    ...{ minifyWhitespace: true, minifySyntax: true },
    external: ['bcrypt', 'better-sqlite3', 'sharp'],
    plugins: [{ name: 'urls of modules', setup: keepUrls }],
  });
  writeFileSync(join(folder, 'run.cjs'), loader);
  const images = join(folder, 'images');
  const imageService = await startImageService({
    host: '127.0.0.1',
    port: 0,
    folder: images,
    token: imageServiceToken,
  });
  await keepCompiled(folder, 'resources-process', {
    file: join(folder, 'resources.sqlite'),
    imageServiceUrl: imageService.url,
    publicKey: verificationPem,
    rehearseAs: tokenOf('nobody'),
  });
  const keysFolder = join(folder, 'keys');
  putSigningKey(keysFolder);
  await keepCompiled(folder, 'auth-process', {
    file: join(folder, 'auth.sqlite'),
    keysFolder,
    eventsUrl: `${imageService.url}/nobody`,
    isRehearsing: true,
  });
  await imageService.stop(0);
  await keepCompiled(folder, 'image-service-process', { folder: images });
  project.provide('bundles', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Runs a process until it serves, and keeps what was compiled until then. */
async function keepCompiled(folder: string, name: string, settings: object): Promise<void> {
  const { PATH = '' } = process.env;
  const words = [join(folder, 'run.cjs'), name, JSON.stringify(settings)];
  await promisify(execFile)(process.execPath, words, { env: { PATH, KEEP_COMPILED: '1' } });
}

/** Modules find the files beside them where their sources are. */
function keepUrls(build: Build): void {
  build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    if (path.includes('node_modules')) return undefined;
    const url = JSON.stringify(pathToFileURL(path).href);
    return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', url), loader: 'ts' };
  });
}

/** Runs a bundle from what was compiled before. Heaps grow as by default while that is kept: V8 compares its flags. */
const loader = `
  const { existsSync, readFileSync, writeFileSync } = require('node:fs');
  const { createRequire } = require('node:module');
  const { setFlagsFromString } = require('node:v8');
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
    if (!process.env.KEEP_COMPILED) return;
    setFlagsFromString('--heap-growing-percent=0');
    writeFileSync(compiled, script.createCachedData());
    process.exit();
  });
`;
