/** What stands in the inbox? */
import type { Store } from './database';
import type { NoticeRow } from './schema';

const SHOWN_MAX = 200;

/** Newest first. */
export async function notices(store: Store): Promise<NoticeRow[]> {
  return await store.notices.orderBy('at').reverse().limit(SHOWN_MAX).toArray();
}

export async function countUnread(store: Store): Promise<number> {
  return await store.notices.filter((notice) => notice.is_read === 0).count();
}

export async function markAllRead(store: Store): Promise<void> {
  await store.notices.filter((notice) => notice.is_read === 0).modify({ is_read: 1 });
}
