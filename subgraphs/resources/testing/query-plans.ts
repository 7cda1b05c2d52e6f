import { join } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { onTestFinished } from 'vitest';
import { connect } from '../../../platform/database/connection.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { openSqliteResourceStore } from '../storage/sqlite/resource-store.ts';

/** Opens an empty database that records the query plan of each statement that runs on it. */
export function openExplained() {
  const file = join(folderOfTest(), 'resources.sqlite');
  openSqliteResourceStore(file).close();
  const client = new Database(file);
  onTestFinished(() => void client.close());
  const plans: string[] = [];
  const logQuery = (sql: string, params: unknown[]) => {
    const steps = client.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...params);
    // An INSERT without a SELECT has no plan.
    if (steps.length > 0) plans.push(steps.map(({ detail }) => detail).join('; '));
  };
  return { connection: { ...connect(client), db: drizzle({ client, logger: { logQuery } }) }, plans };
}
