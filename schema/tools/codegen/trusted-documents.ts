import { createHash } from 'node:crypto';
import { transform } from 'esbuild';
import type { GeneratedFile } from './outputs.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Generates the list of all operations by the lower-case hex SHA-256 of their text, as in persisted queries. Runs the
 * generated modules, so that each text is exactly what clients send.
 */
export async function trustedDocuments(files: readonly GeneratedFile[]): Promise<GeneratedFile> {
  const modules = await Promise.all(files.filter(({ holdsDocuments }) => holdsDocuments).map(exportsOf));
  const texts = modules.flatMap(Object.entries).filter(([name]) => /Document$/.test(name));
  const byHash = texts.map(([, document]) => [sha256(String(document)), String(document)] as const);
  const sorted = Object.fromEntries(byHash.sort(([one], [other]) => (one < other ? -1 : 1)));
  return { file: 'trusted-documents.json', content: `${JSON.stringify(sorted, null, 2)}\n`, holdsDocuments: false };
}

async function exportsOf({ content }: GeneratedFile): Promise<Record<string, unknown>> {
  const { code } = await transform(content, { loader: 'ts' });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}
