import { mkdir } from 'node:fs/promises';
import type { Client, Resource } from '../../node.ts';
import { UsageError } from '../terminal/errors.ts';
import { createProgress } from '../terminal/progress.ts';
import {
  type Download,
  DownloadError,
  type Downloaded,
  downloadImage,
  removeAbandonedParts,
} from '../transfer/image-download.ts';
import { defineCommand } from './command.ts';

export const download = defineCommand({
  name: 'download',
  synopsis: '[options] <id>... | --all',
  summary: 'Downloads images into a folder.',
  details: `A file has the title of its image, and the extension of its type. Files that are there with the same content are
skipped, so that the same command continues after an interruption. If another file has the name, the id is added to it.`,
  options: {
    all: { type: 'boolean', help: 'downloads all of your images' },
    output: { type: 'string', value: '<folder>', help: 'where to; the current folder by default' },
    force: { type: 'boolean', help: 'overwrites files of the same name' },
  },
  names: { min: 0, missing: '' },
  async run({ values, names, context }) {
    const { terminal, signal } = context;
    if (Boolean(values.all) === names.length > 0)
      throw new UsageError('Name the ids to download, or --all.', 'download');
    const { output: folder = '.', force = false } = values;
    const { client } = await context.connect(values.url, { attempts: 8 });
    await mkdir(folder, { recursive: true });
    await removeAbandonedParts(folder);

    const counts = { downloaded: 0, exists: 0, failed: 0 };
    const used = new Set<string>();
    const ids = [...new Set(names)];
    const total = values.all ? (await client.list({ first: 1 }, { signal })).totalCount : ids.length;
    const progress = createProgress(terminal, { total, now: () => performance.now() });
    try {
      for await (const { id, resource } of values.all ? allOf(client, signal) : eachOf(client, ids, signal)) {
        progress.start(resource?.title ?? id);
        const outcome = await downloadOne(resource, { folder, force, used, signal });
        counts[outcome.outcome] += 1;
        terminal.record({ id, ...outcome });
        if (outcome.outcome === 'failed') terminal.warn(`${id}: ${outcome.message}`);
        const name = outcome.outcome === 'failed' ? id : outcome.path;
        progress.step({ name, sizeBytes: resource?.image.sizeBytes ?? 0, outcome: words[outcome.outcome] });
      }
    } catch (error) {
      terminal.warn('Run the same command again to continue.');
      throw error;
    } finally {
      progress.end();
      terminal.say(`${counts.downloaded} downloaded, ${counts.exists} already there, ${counts.failed} failed.`);
    }
    return counts.failed > 0 ? 1 : 0;
  },
});

const words = { downloaded: 'downloaded', exists: 'already there', failed: 'failed' };

interface Found {
  id: string;
  /** Null if there is none. */
  resource: Resource | null;
}

async function* allOf(client: Client, signal: AbortSignal): AsyncGenerator<Found> {
  // Oldest first, so that images of the same title have the same names in each run.
  const resources = client.all({ orderBy: 'OLDEST', pageSize: 100 }, { signal });
  for await (const resource of resources) yield { id: resource.id, resource };
}

async function* eachOf(client: Client, ids: string[], signal: AbortSignal): AsyncGenerator<Found> {
  for (const id of ids) yield { id, resource: await client.get(id, { signal }) };
}

type Outcome = Downloaded | { outcome: 'failed'; code: string; message: string };

async function downloadOne(resource: Resource | null, target: Omit<Download, 'resource'>): Promise<Outcome> {
  if (!resource) return { outcome: 'failed', code: 'NOT_FOUND', message: 'You have no image with this id.' };
  try {
    return await downloadImage({ resource, ...target });
  } catch (error) {
    if (error instanceof DownloadError) return { outcome: 'failed', code: 'UNAVAILABLE', message: error.message };
    throw error;
  }
}
