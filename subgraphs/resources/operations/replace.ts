import { imageLost, inProgress, tookTooLong } from '../errors.ts';
import type { ImageClient, Replaced } from '../image-service/client.ts';
import { ImageServiceError } from '../image-service/error.ts';
import type { ImageInput, ReadImage, ReadImageInput } from '../images/image-reader.ts';
import type { ResourceLookup } from '../resources/resource-lookup.ts';
import type { Landing } from '../storage/operation-store.ts';
import type { Resource, ResourceChanges, ResourceStore, StoredImage, VersionedKey } from '../storage/resource-store.ts';
import type { Begun, Leases } from './leases.ts';
import type { ServedSha256 } from './served-sha256.ts';

export interface ReplaceParts {
  store: ResourceStore;
  readImage: ReadImageInput;
  imageClient: ImageClient;
  leases: Leases;
  servedSha256: ServedSha256;
  finding: ResourceLookup;
}

interface NewImage {
  texts: ResourceChanges;
  image: ImageInput;
  requestId: string;
}

/** What the image of a resource is to become. */
interface Target {
  key: VersionedKey;
  old: StoredImage;
  read: ReadImage;
}

/**
 * Replaces an image's bytes and then what is known of them, with the texts that change together with it. Between the
 * two the resource's image is locked; where the answer stays away, it stays so until the bytes themselves can tell.
 */
export function createReplace(parts: ReplaceParts) {
  const { store, readImage, imageClient, leases, servedSha256 } = parts;
  const { findAtVersion, explainMissing, explainLost } = parts.finding;
  const { operations } = store;

  const begin = async (requestId: string, { key, read }: Target, texts: ResourceChanges): Promise<Begun> => {
    const begun = leases.begin(requestId);
    const { base64: _, ...image } = read;
    const { lease, times } = begun;
    const outcome = await operations.beginReplacement({ lease, ...times, key, changes: { ...texts, image } });
    if (outcome === 'MISSING') throw await explainMissing(key);
    if (outcome === 'LOCKED') throw inProgress();
    return begun;
  };

  const upload = async (begun: Begun, target: Target): Promise<Landing | undefined> => {
    const { old, read, key } = target;
    const replaced = await imageClient
      .replace(old.id, read, begun.call)
      .catch(async (trouble: unknown): Promise<Replaced> => {
        if (await settleTrouble(begun, target, trouble)) return 'SETTLED';
        throw trouble;
      });
    if (replaced !== 'MISSING') return leases.landingOf(replaced);
    await leases.conclude(begun.lease, () => operations.end(begun.lease));
    throw await explainLost(key, imageLost(old.id));
  };

  /** Settles what did not go well by what it has done: true where that is all; otherwise nothing, or only time will tell. */
  const settleTrouble = async ({ lease, call }: Begun, { old, read }: Target, trouble: unknown) => {
    const effect = trouble instanceof ImageServiceError ? trouble.effect : 'unknown';
    const sha256 = effect === 'answered' ? await servedSha256(old.url, call).catch(() => undefined) : undefined;
    if (sha256 === read.sha256) return true;
    if (effect === 'none' || sha256 === old.sha256) await leases.conclude(lease, () => operations.end(lease));
    else await leases.handOver(lease, untilSettled());
    return false;
  };

  const untilSettled = () => {
    const settlesAt = leases.settlesAt();
    return { settlesAt, dueAt: settlesAt };
  };

  const finish = async ({ lease }: Begun, key: VersionedKey, landing: Landing | undefined): Promise<Resource> => {
    const changed = await operations.finishReplacement(lease, new Date(), landing).catch(async (error: unknown) => {
      // The bytes are the new ones already: the reconciler need not wait where nothing is under way.
      await leases.handOver(lease, { settlesAt: landing?.settlesAt ?? new Date() });
      throw error;
    });
    if (changed) return changed;
    throw await explainLost(key, tookTooLong());
  };

  return async (key: VersionedKey, { texts, image, requestId }: NewImage): Promise<Resource> => {
    const { image: old } = await findAtVersion(key);
    const target = { key, old, read: await readImage(image) };
    const begun = await begin(requestId, target, texts);
    const landing = await upload(begun, target);
    return finish(begun, key, landing);
  };
}
