import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callsBelow, documentsBelow } from './documents.ts';
import { clientErrorDetails } from './error-details.ts';
import { clientOperations, type Made, resolverTypes, testDocuments } from './outputs.ts';
import { trustedDocuments } from './trusted-documents.ts';

/** What is made of the SDL and of documents, each time one of them has changed. Documents come from wherever they are used. */
const outputs: (() => Promise<Made[]> | Made[])[] = [
  () => clientErrorDetails('clients/typescript/generated/error-details.ts'),
  () =>
    clientOperations({
      documents: documentsBelow('clients/typescript/operations'),
      file: 'clients/typescript/generated/operations.ts',
    }),
  async () => testDocuments({ documents: await callsBelow('tests'), folder: 'tests/generated/' }),
  () =>
    resolverTypes({
      sdl: 'schema/auth.graphql',
      file: 'subgraphs/auth/generated/resolver-types.ts',
      contextType: '../resolvers.ts#AuthContext',
      mappers: {
        User: '../storage/user-store.ts#User as StoredUser',
      },
    }),
  () =>
    resolverTypes({
      sdl: 'schema/resources.graphql',
      file: 'subgraphs/resources/generated/resolver-types.ts',
      contextType: '../resolvers.ts#ResourcesContext',
      mappers: {
        PageInfo: '../resources/listing.ts#PageInfo as ListedPage',
        Resource: '../storage/resource.ts#ResourceSummary as StoredResource',
        ResourceConnection: '../resources/listing.ts#ResourceConnection as ListedResources',
        User: '../resolvers.ts#Reference',
      },
    }),
];

/** Makes everything; with `--check` it writes nothing, and fails where what is committed is not what is made. */
async function main(mode: string | undefined): Promise<void> {
  if (mode !== undefined && mode !== '--check') throw new Error('Usage: npm run codegen [-- --check]');
  const made = (await Promise.all(outputs.map((make) => make()))).flat();
  const all = [...made, await trustedDocuments(made)];
  const stale = all.filter(({ file, content }) => textOf(file) !== content);
  if (mode === '--check') {
    for (const { file } of stale) console.error(`${file} is not what it is made of: run npm run codegen.`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  for (const { file, content } of stale) {
    await mkdir(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

process.chdir(fileURLToPath(new URL('../../..', import.meta.url)));
await main(process.argv[2]);
