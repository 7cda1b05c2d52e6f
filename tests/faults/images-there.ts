import { createHash } from 'node:crypto';

const fetchedAtOnce = 8;

/** Ids of all that the image service lists. */
export async function listImages({ url, token }: { url: string; token: string }): Promise<string[]> {
  const response = await fetch(`${url}/images/api/v1/images`, { headers: { 'x-api-private-token': token } });
  if (response.status !== 200) throw new Error(`The image service does not list its images: ${response.status}`);
  return ((await response.json()) as { id: string }[]).map(({ id }) => id);
}

/** Undefined where nothing answers with 200. */
export async function servedSha256(url: string): Promise<string | undefined> {
  const response = await fetch(url, { headers: { 'cache-control': 'no-cache' } }).catch(() => undefined);
  const bytes = await response?.arrayBuffer();
  if (response?.status !== 200 || !bytes) return undefined;
  return createHash('sha256').update(Buffer.from(bytes)).digest('hex');
}

/** What the looks at all find together, some of them at a time. */
export async function inTurns<Thing, Found>(
  things: readonly Thing[],
  look: (thing: Thing) => Promise<Found[]>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (let at = 0; at < things.length; at += fetchedAtOnce) {
    found.push(...(await Promise.all(things.slice(at, at + fetchedAtOnce).map(look))).flat());
  }
  return found;
}
