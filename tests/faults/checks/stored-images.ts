import { createHash } from 'node:crypto';

const concurrency = 8;

/** Ids of all images that the image service lists. */
export async function listImages({ url, token }: { url: string; token: string }): Promise<string[]> {
  const response = await fetch(`${url}/images/api/v1/images`, { headers: { 'x-api-private-token': token } });
  if (response.status !== 200) throw new Error(`The image service does not list its images: ${response.status}`);
  return ((await response.json()) as { id: string }[]).map(({ id }) => id);
}

/** Hash of the image at a public URL; undefined unless the status is 200. */
export async function servedSha256(url: string): Promise<string | undefined> {
  const response = await fetch(url, { headers: { 'cache-control': 'no-cache' } }).catch(() => undefined);
  const bytes = await response?.arrayBuffer();
  if (response?.status !== 200 || !bytes) return undefined;
  return createHash('sha256').update(Buffer.from(bytes)).digest('hex');
}

/** Flat-maps in batches, so that few requests run at a time. */
export async function inBatches<Item, Found>(
  items: readonly Item[],
  find: (item: Item) => Promise<Found[]>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (let at = 0; at < items.length; at += concurrency) {
    found.push(...(await Promise.all(items.slice(at, at + concurrency).map(find))).flat());
  }
  return found;
}
