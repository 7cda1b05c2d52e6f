import { readFileSync } from 'node:fs';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import type { Types } from '@graphql-codegen/plugin-helpers';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';
import type { Documents } from './documents.ts';

/** A file as it is to be. */
export interface Made {
  file: string;
  content: string;
  /** Whether it exports documents as clients send them. */
  holdsDocuments: boolean;
}

export const header = '// Made by `npm run codegen`: change what it is made of, not this file.\n';
const api = () => parse(readFileSync('schema/api.graphql', 'utf8'));

/** Types of what a client sends and gets. Documents are texts, which need no library where they are used. */
const clientTypes = {
  documentMode: 'string',
  enumType: 'string-literal',
  strictScalars: true,
  scalars: { DateTime: 'string', ID: 'string' },
  useTypeImports: true,
};

/** One module with every operation's document and types. */
export async function clientOperations({ documents, file }: { documents: Documents; file: string }): Promise<Made[]> {
  const content = await codegen({
    filename: file,
    schema: api(),
    documents,
    config: clientTypes,
    plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
    pluginMap: { typescriptOperations, typedDocumentNode },
  });
  return [{ file, content: `${header}${content}\n`, holdsDocuments: true }];
}

/** A folder with the function `graphql()`, which gives the document of a text, typed. Its name ends in a slash. */
export async function testDocuments({ documents, folder }: { documents: Documents; folder: string }): Promise<Made[]> {
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: folder,
    schema: api(),
    documents,
    config: { ...clientTypes, importExtension: '.ts' },
    presetConfig: { fragmentMasking: false, skipIndexFile: true },
    plugins: [],
    pluginMap: {},
  });
  return Promise.all(
    sections.map(async (section) => ({
      file: section.filename,
      content: `${header}${await codegen(section)}\n`,
      holdsDocuments: section.filename.endsWith('/graphql.ts'),
    })),
  );
}

/** What the resolvers of a subgraph take and give. Types of the module's own are named as `path#Type`. */
export async function resolverTypes(output: {
  sdl: string;
  file: string;
  contextType: string;
  mappers: Record<string, string>;
}): Promise<Made[]> {
  const { sdl, file, contextType, mappers } = output;
  const config: Types.PluginConfig = {
    federation: true,
    contextType,
    mappers,
    enumsAsTypes: true,
    // GraphQL takes undefined for null in what resolvers give; what they get has no undefined.
    maybeValue: 'T | null | undefined',
    inputMaybeValue: 'T | null',
    useTypeImports: true,
    // What comes in as an instant is checked by the rule that takes it.
    scalars: { DateTime: { input: 'unknown', output: 'Date' }, ID: 'string' },
  };
  const content = await codegen({
    filename: file,
    schema: parse(readFileSync(sdl, 'utf8')),
    documents: [],
    config,
    plugins: [{ typescript: {} }, { typescriptResolvers: {} }],
    pluginMap: { typescript, typescriptResolvers },
  });
  return [{ file, content: `${header}${content}\n`, holdsDocuments: false }];
}
