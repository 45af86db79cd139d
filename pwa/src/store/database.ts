/** How is the store of a person opened, and how does it grow with new versions of the app? */
import { Dexie, type Table } from 'dexie';

import {
  databaseName, TABLES, type CaseRow, type DraftRow, type HeadRow, type MetaRow, type NoticeRow, type OutboxRow, type PhotoBytesRow,
  type PhotoRow, type PlanRow, type ReceiptRow,
} from './schema';

export type Store = Dexie & {
  readonly heads: Table<HeadRow, string>;
  readonly cases: Table<CaseRow, string>;
  readonly plans: Table<PlanRow, string>;
  readonly outbox: Table<OutboxRow, string>;
  readonly receipts: Table<ReceiptRow, string>;
  readonly photos: Table<PhotoRow, string>;
  readonly photo_bytes: Table<PhotoBytesRow, string>;
  readonly drafts: Table<DraftRow, string>;
  readonly notices: Table<NoticeRow, string>;
  readonly meta: Table<MetaRow, string>;
};

/** Opens the store and brings its tables up to date. */
export async function openStore(userId: string): Promise<Store> {
  // No cache: `sync` writes beside Dexie (it also runs in the service worker), and a cached answer would be stale.
  const db = new Dexie(databaseName(userId), { cache: 'disabled' });
  db.version(1).stores(TABLES);
  await db.open();
  // Dexie adds the tables as properties at run time; the type above names them.
  return db as Store;
}
