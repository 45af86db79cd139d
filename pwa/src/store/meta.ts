/** The single values of the store. */
import { tellChanged } from './changed';
import type { Store } from './database';
import type { Meta, MetaRow } from './schema';

export async function metaOf<Key extends keyof Meta>(store: Store, key: Key): Promise<Meta[Key] | undefined> {
  const row = await store.get('meta', key);
  // A row holds the value that belongs to its key; the type of the union cannot say so.
  return row?.value as Meta[Key] | undefined;
}

export async function setMeta<Key extends keyof Meta>(store: Store, key: Key, value: Meta[Key]): Promise<void> {
  await store.put('meta', { key, value } as MetaRow);
  tellChanged();
}
