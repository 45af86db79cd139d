/** What was begun and not finished? Written after every tap, so a killed tab loses nothing. */
import { tellChanged } from './changed';
import { open, seal } from './codec';
import type { Store } from './database';

export function visitDraftKey(caseId: string): string {
  return `visit:${caseId}`;
}

export function callDraftKey(caseId: string): string {
  return `call:${caseId}`;
}

export async function keepDraft(store: Store, key: string, draft: unknown, now: Date): Promise<void> {
  const sealed = await seal(draft);
  await store.put('drafts', { key, changed_at: now.toISOString(), sealed });
  tellChanged();
}

/** The draft as it was left, of whatever shape an older version of the app wrote; the reader checks it. */
export async function draftOf(store: Store, key: string): Promise<unknown> {
  const row = await store.get('drafts', key);
  return row === undefined ? undefined : await open(row.sealed);
}

export async function dropDraft(store: Store, key: string): Promise<void> {
  await store.delete('drafts', key);
  tellChanged();
}

/** The keys of everything begun. */
export async function draftKeys(store: Store): Promise<string[]> {
  return await store.getAllKeys('drafts');
}
