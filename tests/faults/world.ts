import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { startImageService } from '../../image-service/server.ts';
import { folderOfTest } from '../support/files.ts';
import type { AccountLocations } from './checks/account-checker.ts';
import { check, type Findings } from './checks/checker.ts';
import { type ClientLedger, emptyLedger } from './clients/ledger.ts';
import type { Picture } from './clients/resource-client.ts';
import { verificationPem } from './processes/keys.ts';
import { type ResourcesSettings, type ServerHooks, startResourcesServer } from './processes/resources-server.ts';
import { imageServiceToken } from './processes/settings.ts';

/** Timeouts that no call exceeds, however busy the machine is. */
export const longTimeouts = { timeoutMs: 20_000, requestMs: 20_000 };

/** Starts an image service in the test's process, with an empty database and an empty ledger. */
export async function startWorld() {
  const folder = folderOfTest();
  const images = await startImageService({
    ...{ host: '127.0.0.1', port: 0, token: imageServiceToken },
    folder: join(folder, 'images'),
  });
  onTestFinished(() => images.stop(0));
  const at: ResourcesSettings = {
    file: join(folder, 'resources.sqlite'),
    imageServiceUrl: images.url,
    publicKey: verificationPem,
  };
  const ledger = emptyLedger();
  return {
    at,
    ledger,
    imageServiceUrl: images.url,

    /** Starts the resources subgraph in the test's process. It stops with the test at the latest. */
    async start(settings: Partial<ResourcesSettings> = {}, hooks?: ServerHooks) {
      const server = await startResourcesServer({ ...at, ...settings }, hooks);
      let stopped: Promise<void> | undefined;
      const stop = () => {
        stopped ??= server.stop();
        return stopped;
      };
      onTestFinished(stop);
      return { url: server.url, stop };
    },

    check: (withinMs = 60_000, accounts?: AccountLocations): Promise<Findings> =>
      check({ ...at, imageService: { url: images.url, token: imageServiceToken }, ledger, accounts, withinMs }),

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
 * Moves the times of unfinished operations ten minutes back, so that leases expire and calls count as landed.
 * With `landsWithinMs`, calls may still land within that time. Call it while no process runs.
 */
export function letTimePass(file: string, landsWithinMs?: number): void {
  const settlesAt = landsWithinMs === undefined ? 'settles_at - 600000' : Date.now() + landsWithinMs;
  const times = ['started_at', 'lease_until', 'due_at'].map((time) => `${time} = ${time} - 600000`);
  const set = [...times, `settles_at = ${settlesAt}`].join(', ');
  inDatabase(file, (database) => database.exec(`UPDATE operations SET ${set} WHERE state <> 'ENDED'`));
}

/** Stores an image as another application would. */
export async function storeForeign(
  imageServiceUrl: string,
  { base64, contentType, sha256 }: Picture,
): Promise<ClientLedger['foreign'][number]> {
  const response = await fetch(`${imageServiceUrl}/images/api/v1/images`, {
    method: 'POST',
    headers: { 'x-api-private-token': imageServiceToken, 'content-type': 'application/json' },
    body: JSON.stringify({ data: base64, contentType }),
  });
  if (!response.ok) throw new Error(`The image was not stored: ${await response.text()}`);
  const { id, imageUrl: url } = (await response.json()) as { id: string; imageUrl: string };
  return { id, url, sha256 };
}
