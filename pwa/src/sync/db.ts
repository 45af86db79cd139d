/**
 * How does `sync` reach the store? Through the browser's own IndexedDB, without Dexie: the service worker is parsed at
 * every cold start, and one way of writing for page and worker means one thing to get right.
 *
 * It never makes or changes tables (no version number here); the page does that before the first sync.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

import {
  databaseName, type CaseRow, type HeadRow, type Meta, type MetaRow, type NoticeRow, type OutboxRow, type OutboxState,
  type PhotoBytesRow, type PhotoRow, type PhotoState, type PlanRow, type ReceiptRow,
} from '@/store/schema';

export interface SyncSchema extends DBSchema {
  heads: { key: string; value: HeadRow; indexes: { prime: string; leaving: string } };
  cases: { key: string; value: CaseRow };
  plans: { key: string; value: PlanRow };
  outbox: { key: string; value: OutboxRow; indexes: { seq: number; state: OutboxState; case_id: string } };
  receipts: { key: string; value: ReceiptRow };
  photos: { key: string; value: PhotoRow; indexes: { state: PhotoState; mutation_id: string } };
  photo_bytes: { key: string; value: PhotoBytesRow };
  notices: { key: string; value: NoticeRow };
  meta: { key: string; value: MetaRow };
}

export type SyncDb = IDBPDatabase<SyncSchema>;

/** Opens the store of a person; undefined when the page has not made it yet. */
export async function openSyncDb(userId: string): Promise<SyncDb | undefined> {
  const name = databaseName(userId);
  const known = await indexedDB.databases();
  if (!known.some((database) => database.name === name)) return undefined;
  const db: SyncDb = await openDB<SyncSchema>(name, undefined, {
    blocking() {
      // A newer version of the app wants to change the tables: get out of its way.
      db.close();
    },
  });
  if (db.objectStoreNames.contains('outbox')) return db;
  db.close();
  return undefined;
}

export async function readMeta<Key extends keyof Meta>(db: SyncDb, key: Key): Promise<Meta[Key] | undefined> {
  const row = await db.get('meta', key);
  // A row holds the value that belongs to its key; the type of the union cannot say so.
  return row?.value as Meta[Key] | undefined;
}

export async function writeMeta<Key extends keyof Meta>(db: SyncDb, key: Key, value: Meta[Key]): Promise<void> {
  await db.put('meta', { key, value } as MetaRow);
}
