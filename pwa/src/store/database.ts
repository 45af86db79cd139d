/**
 * How is the store of a person opened, and how does it grow with new versions of the app?
 *
 * IndexedDB through `idb` (1.4 kB), for page and service worker alike. Dexie (31 kB of the 90 kB that a first screen may
 * weigh) would give live queries, but `sync` also writes from the worker, where it sees nothing: a note on a channel
 * (changed.ts) serves both.
 */
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';

import type {
  CaseRow, DraftRow, EnvelopeRow, HeadRow, MetaRow, NoticeRow, OutboxRow, OutboxState, PhotoBytesRow, PhotoRow, PhotoState, PlanRow,
  ReceiptRow,
} from './schema';

export interface StoreSchema extends DBSchema {
  heads: { key: string; value: HeadRow };
  cases: { key: string; value: CaseRow };
  plans: { key: string; value: PlanRow; indexes: { day: string } };
  outbox: { key: string; value: OutboxRow; indexes: { seq: number; state: OutboxState; case_id: string } };
  receipts: { key: string; value: ReceiptRow };
  photos: { key: string; value: PhotoRow; indexes: { state: PhotoState; mutation_id: string; sha256: string } };
  photo_bytes: { key: string; value: PhotoBytesRow };
  drafts: { key: string; value: DraftRow };
  notices: { key: string; value: NoticeRow; indexes: { at: string } };
  meta: { key: string; value: MetaRow };
  envelopes: { key: string; value: EnvelopeRow };
}

export type Store = IDBPDatabase<StoreSchema>;

/** Step n brings a store of version n to version n + 1. A step that was released is never changed. */
const STEPS: readonly ((store: Store) => void)[] = [
  (store) => {
    store.createObjectStore('heads', { keyPath: 'id' });
    store.createObjectStore('cases', { keyPath: 'id' });
    store.createObjectStore('plans', { keyPath: 'id' }).createIndex('day', 'day');
    const outbox = store.createObjectStore('outbox', { keyPath: 'id' });
    outbox.createIndex('seq', 'seq');
    outbox.createIndex('state', 'state');
    outbox.createIndex('case_id', 'case_id');
    store.createObjectStore('receipts', { keyPath: 'id' });
    const photos = store.createObjectStore('photos', { keyPath: 'id' });
    photos.createIndex('state', 'state');
    photos.createIndex('mutation_id', 'mutation_id');
    photos.createIndex('sha256', 'sha256');
    store.createObjectStore('photo_bytes', { keyPath: 'sha256' });
    store.createObjectStore('drafts', { keyPath: 'key' });
    store.createObjectStore('notices', { keyPath: 'id' }).createIndex('at', 'at');
    store.createObjectStore('meta', { keyPath: 'key' });
  },
  (store) => {
    store.createObjectStore('envelopes', { keyPath: 'id' });
  },
];

/** Each person has a store of his own: unsent work of one is not seen by the next who signs in. */
export function storeName(userId: string): string {
  return `rounds-${userId}`;
}

/** Opens the store and brings its tables up to date. */
export async function openStore(userId: string): Promise<Store> {
  const store: Store = await openDB<StoreSchema>(storeName(userId), STEPS.length, {
    upgrade(fresh, oldVersion) {
      for (const step of STEPS.slice(oldVersion)) step(fresh);
    },
    blocking() {
      // A newer version of the app, in another tab, wants to change the tables: get out of its way.
      store.close();
    },
  });
  return store;
}

/**
 * Opens the store as it is, or not at all when no page has made it yet. For `sync`: the service worker may be older or
 * newer than the page and never changes tables.
 */
export async function openExistingStore(userId: string): Promise<Store | undefined> {
  const name = storeName(userId);
  const known = await indexedDB.databases();
  if (!known.some((database) => database.name === name)) return undefined;
  const store: Store = await openDB<StoreSchema>(name, undefined, {
    blocking() {
      store.close();
    },
  });
  if (store.objectStoreNames.contains('outbox')) return store;
  store.close();
  return undefined;
}

/** Erases the store of a person. */
export async function eraseStore(userId: string): Promise<void> {
  await deleteDB(storeName(userId));
}
