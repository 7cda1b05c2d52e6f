import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPageCache, type PageCache } from './page-cache.ts';
import { indexName, type PageFile } from './page-file.ts';

/** The folder that `write-built.ts` writes the page to, for installations without the bundler. */
export const builtFolder = fileURLToPath(new URL('built', import.meta.url));

const cacheFile = fileURLToPath(new URL('../../node_modules/.cache/image-supergraph/explorer-page', import.meta.url));

/** Builds the page. */
export interface PageBuilder {
  buildPage(): Promise<PageFile[]>;
  /** Returns a hash of everything that the page is built from. */
  hashSources(): Promise<string>;
}

/**
 * Creates the function that loads the page: from `builtFolder` if it is there, else from the cache, else by building it.
 * Concurrent calls share one build. Rejects if the page cannot be built.
 */
export function createPageLoader(parts: {
  builtFolder: string;
  cache: PageCache;
  importBuilder: () => Promise<PageBuilder>;
}): () => Promise<PageFile[]> {
  const { cache, importBuilder } = parts;
  let building: Promise<PageFile[]> | undefined;

  const buildOrReadCache = async () => {
    const { buildPage, hashSources } = await importBuilder();
    const key = await hashSources();
    const cached = await cache.read(key);
    if (cached) return cached;
    const files = await buildPage();
    await cache.write(key, files);
    return files;
  };

  return async () => {
    const built = await readFolder(parts.builtFolder);
    if (built) return built;
    building ??= buildOrReadCache().catch((error: unknown) => {
      building = undefined;
      throw error;
    });
    return building;
  };
}

/** Loads this project's page. The builder is imported late, as it needs packages that a production install lacks. */
export const loadPage = createPageLoader({
  builtFolder,
  cache: createPageCache(cacheFile),
  importBuilder: () => import('./build.ts'),
});

/** Reads the files of a built page; undefined if the folder has none. */
async function readFolder(folder: string): Promise<PageFile[] | undefined> {
  const names = await readdir(folder).catch((): string[] => []);
  if (!names.includes(indexName)) return undefined;
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}
