import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { startImageService } from '../../image-service/server.ts';
import { folderOfTest } from '../support/temporary-folder.ts';
import type { AccountsAt } from './checker.accounts.ts';
import { check, type Findings } from './checker.ts';
import type { Picture } from './client.ts';
import { noTold, type Told } from './client-ledger.ts';
import { verificationPem } from './keys.ts';
import { type Between, type ResourcesAt, startResourcesAt } from './resources-at.ts';
import { imageServiceToken } from './tokens.ts';

/** For what is not about time: no call is given up, however busy the machine is. */
export const patient = { timeoutMs: 20_000, requestMs: 20_000 };

/** An empty database, an image service that runs in the test, and what its clients are told. */
export async function startWorld() {
  const folder = folderOfTest();
  const images = await startImageService({
    ...{ host: '127.0.0.1', port: 0, token: imageServiceToken },
    folder: join(folder, 'images'),
  });
  onTestFinished(() => images.stop(0));
  const at: ResourcesAt = {
    file: join(folder, 'resources.sqlite'),
    imageServiceUrl: images.url,
    publicKey: verificationPem,
  };
  const told = noTold();
  return {
    at,
    told,
    imageServiceUrl: images.url,

    /** Resources in the test's own process; they stop with the test where they have not before. */
    async start(settings: Partial<ResourcesAt> = {}, between?: Between) {
      const server = await startResourcesAt({ ...at, ...settings }, between);
      let stopped: Promise<void> | undefined;
      const stop = () => {
        stopped ??= server.stop();
        return stopped;
      };
      onTestFinished(stop);
      return { url: server.url, stop };
    },

    check: (settlesWithinMs = 15_000, accounts?: AccountsAt): Promise<Findings> =>
      check({ ...at, imageService: { url: images.url, token: imageServiceToken }, told, accounts, settlesWithinMs }),

    rowCount: (): number =>
      inDatabase(at.file, (database) => database.prepare('SELECT count(*) FROM resources').pluck().get()) as number,
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

export function inDatabase<Result>(file: string, use: (database: Database.Database) => Result): Result {
  const database = new Database(file);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/**
 * Ten minutes: all leases pass, and all that can land has landed, or does so within the time that is given. To be called
 * while no process runs.
 */
export function letTimePass(file: string, landsWithinMs?: number): void {
  const settlesAt = landsWithinMs === undefined ? 'settles_at - 600000' : Date.now() + landsWithinMs;
  const times = ['started_at', 'lease_until', 'due_at'].map((time) => `${time} = ${time} - 600000`);
  const set = [...times, `settles_at = ${settlesAt}`].join(', ');
  inDatabase(file, (database) => database.exec(`UPDATE operations SET ${set} WHERE state <> 'ENDED'`));
}

/** Stores an image that is none of the project's. */
export async function storeForeign(
  imageServiceUrl: string,
  { base64, sha256 }: Picture,
): Promise<Told['foreign'][number]> {
  const response = await fetch(`${imageServiceUrl}/images/api/v1/images`, {
    method: 'POST',
    headers: { 'x-api-private-token': imageServiceToken, 'content-type': 'application/json' },
    body: JSON.stringify({ data: base64, contentType: 'image/png' }),
  });
  const { id, imageUrl: url } = (await response.json()) as { id: string; imageUrl: string };
  return { id, url, sha256 };
}
