import { createHash } from 'node:crypto';
import { transform } from 'esbuild';
import type { Made } from './outputs.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Every operation of the modules, by the SHA-256 of its text, in lower-case hex: what persisted queries name a text by.
 * The modules are run, so that each text is to the byte what a client sends.
 */
export async function trustedDocuments(made: readonly Made[]): Promise<Made> {
  const modules = await Promise.all(made.filter(({ holdsDocuments }) => holdsDocuments).map(exportsOf));
  const texts = modules.flatMap(Object.entries).filter(([name]) => /Document$/.test(name));
  const byHash = texts.map(([, document]) => [sha256(String(document)), String(document)] as const);
  const inOrder = Object.fromEntries(byHash.sort(([one], [other]) => (one < other ? -1 : 1)));
  return { file: 'trusted-documents.json', content: `${JSON.stringify(inOrder, null, 2)}\n`, holdsDocuments: false };
}

async function exportsOf({ content }: Made): Promise<Record<string, unknown>> {
  const { code } = await transform(content, { loader: 'ts' });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}
