/** What stands in the inbox? */
import { tellChanged } from './changed';
import type { Store } from './database';
import type { NoticeRow } from './schema';

const SHOWN_MAX = 200;

/** Newest first. */
export async function notices(store: Store): Promise<NoticeRow[]> {
  return (await store.getAllFromIndex('notices', 'at')).toReversed().slice(0, SHOWN_MAX);
}

export async function countUnread(store: Store): Promise<number> {
  return (await store.getAll('notices')).filter((notice) => notice.is_read === 0).length;
}

export async function markAllRead(store: Store): Promise<void> {
  const tx = store.transaction('notices', 'readwrite');
  const unread = (await tx.store.getAll()).filter((notice) => notice.is_read === 0);
  await Promise.all([...unread.map((notice) => tx.store.put({ ...notice, is_read: 1 })), tx.done]);
  tellChanged();
}
