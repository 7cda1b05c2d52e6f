import { createHash } from 'node:crypto';
import { build, transform } from 'esbuild';
import { order, readExample } from '../api-docs/examples.ts';
import type { GeneratedFile } from './outputs.ts';

const missionFile = 'gateway/explorer/page/mission/mission.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Generates the manifest of trusted documents: all that the client, the explorer's page and the examples send, by the
 * lower-case hex SHA-256 of their text, as in persisted queries. Runs the modules, so that each text is what is sent.
 */
export async function trustedDocuments(files: readonly GeneratedFile[]): Promise<GeneratedFile> {
  const modules = await Promise.all(files.filter(({ holdsDocuments }) => holdsDocuments).map(exportsOf));
  const operations = modules.flatMap(Object.entries).filter(([name]) => /Document$/.test(name));
  const examples = order.map((name) => readExample(name).document);
  const texts = [...operations.map(([, document]) => String(document)), ...(await missionDocuments()), ...examples];
  const byHash = texts.map((text) => [sha256(text), text] as const);
  const sorted = Object.fromEntries(byHash.sort(([one], [other]) => (one < other ? -1 : 1)));
  return { file: 'trusted-documents.json', content: `${JSON.stringify(sorted, null, 2)}\n`, holdsDocuments: false };
}

async function exportsOf({ content }: GeneratedFile): Promise<Record<string, unknown>> {
  const { code } = await transform(content, { loader: 'ts' });
  return importText(code);
}

/** Reads the tabs with which the explorer's page opens. Its pictures are not needed. */
async function missionDocuments(): Promise<string[]> {
  const { outputFiles } = await build({
    entryPoints: [missionFile],
    bundle: true,
    write: false,
    format: 'esm',
    loader: { '.png': 'empty' },
  });
  const { missionTabs } = await importText(outputFiles.map(({ text }) => text).join('\n'));
  if (typeof missionTabs !== 'function') throw new Error(`${missionFile} exports no missionTabs.`);
  const tabs = missionTabs({ username: '', password: '' }) as { query: string }[];
  return tabs.map(({ query }) => query);
}

const importText = (code: string): Promise<Record<string, unknown>> =>
  import(`data:text/javascript,${encodeURIComponent(code)}`);
