import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callsBelow, documentsBelow } from './documents.ts';
import { clientErrorDetails } from './error-details.ts';
import { clientOperations, type GeneratedFile, resolverTypes, testDocuments } from './outputs.ts';
import { trustedDocuments } from './trusted-documents.ts';

const help = `Usage: npm run codegen [-- --check]

Generates types and documents from the SDL, the error codes, and the operations of the client and the tests.

  --check   write nothing, and exit with 1 if a committed file is not current
  --help    print this text
`;

/** The generated files. */
const outputs: (() => Promise<GeneratedFile[]> | GeneratedFile[])[] = [
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
        User: '../storage/user.ts#User as StoredUser',
      },
    }),
  () =>
    resolverTypes({
      sdl: 'schema/resources.graphql',
      file: 'subgraphs/resources/generated/resolver-types.ts',
      contextType: '../resolvers.ts#ResourcesContext',
      mappers: {
        Image: '../storage/resource.ts#ImageSummary as StoredImage',
        Node: '../resources/nodes.ts#Node as FoundNode',
        PageInfo: '../resources/listing.ts#PageInfo as ListedPage',
        Resource: '../storage/resource.ts#ResourceSummary as StoredResource',
        ResourceConnection: '../resources/listing.ts#ResourceConnection as ListedResources',
        User: '../resolvers.ts#Reference',
      },
    }),
];

/** Generates all files. With `isCheck`, compares them with the committed files instead of writing them. */
async function generate(isCheck: boolean): Promise<void> {
  const files = (await Promise.all(outputs.map((output) => output()))).flat();
  const all = [...files, await trustedDocuments(files)];
  const stale = all.filter(({ file, content }) => textOf(file) !== content);
  if (isCheck) {
    for (const { file } of stale) console.error(`${file} is not current: run npm run codegen.`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  for (const { file, content } of stale) {
    await mkdir(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const [option, ...others] = args;
  if (option === '--help' && others.length === 0) return console.log(help);
  if (others.length > 0 || (option !== undefined && option !== '--check')) {
    console.error(`Unknown argument: ${args.join(' ')}\n\n${help}`);
    process.exitCode = 2;
    return;
  }
  await generate(option === '--check');
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

process.chdir(fileURLToPath(new URL('../../..', import.meta.url)));
await main(process.argv.slice(2));
