import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Types } from '@graphql-codegen/plugin-helpers';
import { gqlPluckFromCodeString } from '@graphql-tools/graphql-tag-pluck';
import { parse } from 'graphql';

/** Documents with the file and text that they were read from. */
export type Documents = Required<Pick<Types.DocumentFile, 'location' | 'rawSDL' | 'document'>>[];

const documentOf = (location: string, rawSDL: string) => ({ location, rawSDL, document: parse(rawSDL) });

/** Reads all `.graphql` files below a folder. */
export function documentsBelow(folder: string): Documents {
  return filesBelow(folder, '.graphql').map((file) => documentOf(file, readFileSync(file, 'utf8')));
}

/** A package of its own, whose clients type their documents themselves. */
const isOfOtherClient = (file: string) => file.startsWith('tests/clients/');

/** Reads the arguments of all calls of `graphql()` in the TypeScript files below a folder. */
export async function callsBelow(folder: string): Promise<Documents> {
  const files = filesBelow(folder, '.ts').filter((file) => !file.includes('/generated/') && !isOfOtherClient(file));
  const documents = await Promise.all(
    files.map(async (file) => {
      const text = readFileSync(file, 'utf8');
      // Parsing is slow, and most files contain no call.
      if (!text.includes('graphql(`')) return [];
      const options = { modules: [], globalGqlIdentifierName: 'graphql', skipIndent: true };
      const calls = await gqlPluckFromCodeString(file, text, options);
      return calls.map(({ body }) => documentOf(file, body));
    }),
  );
  return documents.flat();
}

/** Lists files in the order of their names, so that the output is the same everywhere. */
function filesBelow(folder: string, ending: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending));
  return files.map((file) => join(folder, file).replaceAll('\\', '/')).sort();
}
