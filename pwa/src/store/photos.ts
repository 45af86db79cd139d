/** Where are the bytes of a photo between the shutter and the server's receipt? */
import { openBytes, sealBytes } from './codec';
import type { Store } from './database';

/** Keeps the bytes at once, under their hash; the draft or record only names them. */
export async function keepPhotoBytes(store: Store, sha256: string, bytes: ArrayBuffer): Promise<void> {
  const sealed = await sealBytes(bytes);
  await store.put('photo_bytes', { sha256, sealed });
}

/** The bytes of a photo; undefined when they have left the phone. */
export async function photoBytes(store: Store, sha256: string): Promise<ArrayBuffer | undefined> {
  const row = await store.get('photo_bytes', sha256);
  return row === undefined ? undefined : await openBytes(row.sealed);
}

/** Drops bytes that were taken and never recorded; those that a record names stay. */
export async function dropPhotoBytes(store: Store, hashes: readonly string[]): Promise<void> {
  const tx = store.transaction(['photos', 'photo_bytes'], 'readwrite');
  await Promise.all([
    ...hashes.map(async (hash) => {
      const named = await tx.objectStore('photos').index('sha256').count(hash);
      if (named === 0) await tx.objectStore('photo_bytes').delete(hash);
    }),
    tx.done,
  ]);
}
