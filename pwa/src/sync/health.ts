/**
 * How does this phone fare? Said to the server with each round, for the lead who looks after it: what is not sent yet and
 * since when, the room that is left, how it opens. Counts and settings; nothing about a client.
 */
import { version } from '@/api/version';
import type { Store } from '@/store/database';
import { lastRow, locksOf } from '@/store/device';
import type { OutboxRow } from '@/store/schema';

const HEADER = 'X-Rounds-Health';

type Push = 'granted' | 'denied' | 'default' | 'unsupported';

interface Room {
  readonly used_bytes: number | null;
  readonly quota_bytes: number | null;
  readonly is_persistent: boolean | null;
}

async function room(): Promise<Room> {
  // The store is not there in every place where this runs, nor does every browser tell.
  const storage = (globalThis as { navigator?: { storage?: StorageManager } }).navigator?.storage;
  const estimate = await storage?.estimate?.();
  return {
    used_bytes: estimate?.usage === undefined ? null : Math.round(estimate.usage),
    quota_bytes: estimate?.quota === undefined ? null : Math.round(estimate.quota),
    is_persistent: (await storage?.persisted?.()) ?? null,
  };
}

async function lockMethod(): Promise<'none' | 'pin' | 'prf'> {
  const last = await lastRow();
  const locks = last === undefined ? [] : await locksOf(last.user_id);
  return locks.find((lock) => lock.method === 'prf')?.method ?? locks[0]?.method ?? 'none';
}

/** When the oldest of these was done; the ids of photos are made when they are taken, and begin with the moment. */
function oldest(items: readonly OutboxRow[], photoIds: readonly string[]): string | null {
  const moments = [
    ...items.map((row) => Date.parse(row.occurred_at)),
    ...photoIds.map((id) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)),
  ];
  const first = Math.min(...moments);
  return Number.isFinite(first) ? new Date(first).toISOString() : null;
}

/** The header of a request after which the items in `leaving` are not here any more. */
export async function healthHeader(db: Store, leaving: ReadonlySet<string> = new Set()): Promise<Record<string, string>> {
  const [saved, sending, photos, space, lock_method] = await Promise.all([
    db.getAllFromIndex('outbox', 'state', 'saved'), db.getAllFromIndex('outbox', 'state', 'sending'), db.getAllFromIndex('photos', 'state', 'waiting'),
    room(), lockMethod(),
  ]);
  const items = [...saved, ...sending].filter((row) => !leaving.has(row.id));
  const push: Push = typeof Notification === 'undefined' ? 'unsupported' : Notification.permission;
  const told = {
    app_version: version, sent_at: new Date().toISOString(), unsent_items: items.length, unsent_photos: photos.length,
    oldest_unsent_at: oldest(items, photos.map((photo) => photo.id)), ...space, lock_method, push,
  };
  return { [HEADER]: JSON.stringify(told) };
}
