import type { ImageCall, ImageClient } from '../image-service/client.ts';

/** SHA-256 of an image as anybody is given it; undefined where there is none, or it is longer than any of ours. */
export type ServedSha256 = (url: string, call: ImageCall) => Promise<string | undefined>;

/** `maxImageBytes` is what an image of ours has at most. */
export function createServedSha256(imageClient: ImageClient, maxImageBytes: number): ServedSha256 {
  return async (url, call) => {
    const served = await imageClient.publicHash(url, { ...call, maxBytes: maxImageBytes });
    return served?.type === 'HASH' ? served.sha256 : undefined;
  };
}
