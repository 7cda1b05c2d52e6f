import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { searchKey } from '../../subgraphs/resources/storage/resource-store.ts';

/** A user, and the number of resources to create. */
export interface Owner {
  id: string;
  count: number;
}

const resourcesPerOtherUser = 200;
const creationIntervalMs = 8_000;
const rowsPerTransaction = 100_000;
/** A prime that divides no row count: multiplied by it, row numbers are shuffled, each exactly once. */
const stride = 7_368_787;

/** Fills the table up to a number of rows. The rows of each owner are spread evenly among those of other users. */
export function fillTable(file: string, owners: readonly Owner[], rowCount: number): void {
  const db = new Database(file);
  // No durability: the file is discarded on failure.
  for (const setting of ['journal_mode = OFF', 'synchronous = OFF', 'cache_size = -1000000']) db.pragma(setting);
  const indexes = db
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'resources' AND sql IS NOT NULL",
    )
    .all();
  // Creating the indexes at the end is much faster than updating them for each row.
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`);

  const existing = Number(db.prepare('SELECT count(*) FROM resources').pluck().get());
  const ownerOf = createOwners(owners, rowCount - existing);
  const columns = Object.keys(rowOf(0, '', rowCount));
  const values = columns.map((column) => `@${column}`);
  const insert = db.prepare(`INSERT INTO resources (${columns.join(', ')}) VALUES (${values.join(', ')})`);
  for (let from = existing; from < rowCount; from += rowsPerTransaction) {
    const to = Math.min(from + rowsPerTransaction, rowCount);
    db.transaction(() => {
      for (let nth = from; nth < to; nth += 1) insert.run(rowOf(nth, ownerOf(nth - existing), rowCount));
    })();
  }
  for (const { sql } of indexes) db.exec(sql);
  db.pragma('journal_mode = WAL');
  db.close();
}

/** Returns the owner of the nth row: the owners at even distances, and other users in turn. */
function createOwners(owners: readonly Owner[], rowCount: number): (nth: number) => string {
  const taken = new Map<number, string>();
  for (const { id, count } of owners) {
    for (let index = 0; index < count; index += 1) {
      let nth = Math.floor(((index + 0.5) * rowCount) / count);
      while (taken.has(nth)) nth += 1;
      taken.set(nth, id);
    }
  }
  const others = Array.from({ length: Math.ceil(rowCount / resourcesPerOtherUser) }, () => randomUUID());
  return (nth) => taken.get(nth) ?? others[nth % others.length] ?? '';
}

function rowOf(nth: number, ownerId: string, rowCount: number) {
  const shuffled = (nth * stride) % rowCount;
  const createdAt = Date.UTC(2026, 0, 1) + nth * creationIntervalMs;
  const title = `Picture ${shuffled} of a holiday by the sea`;
  const imageId = shuffled.toString(16).padStart(24, '0');
  return {
    id: idAt(createdAt, nth),
    owner_id: ownerId,
    title,
    title_key: searchKey(title),
    description: null,
    description_key: null,
    image_id: imageId,
    image_url: `http://127.0.0.1:4003/images/public/${imageId}`,
    content_type: 'image/png',
    width: 640,
    height: 480,
    size_bytes: 123_456,
    sha256: imageId.padStart(64, '0'),
    created_at: createdAt,
    updated_at: createdAt + shuffled * 1_000,
    version: 1,
  };
}

/** A UUIDv7 for a time, like the real ids. */
export function idAt(time: number, nth: number): string {
  const at = time.toString(16).padStart(12, '0');
  return `${at.slice(0, 8)}-${at.slice(8)}-7000-8000-${nth.toString(16).padStart(12, '0')}`;
}
