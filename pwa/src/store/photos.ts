/** Where are the bytes of a photo, note or signature between the moment they were made and the server's receipt? */
import { openBytes, sealBytes } from './codec';
import type { Store } from './database';
import { sealPhoto } from './photo_sealing';
import { boxOf } from './sealing';

/**
 * Keeps a photo at once, under the hash of its bytes: the bytes sealed for the server, and a small copy to look at here.
 * While no key of the server is known the bytes themselves are the copy, and are sent by an open page.
 */
export async function keepPhotoBytes(store: Store, sha256: string, bytes: ArrayBuffer, small: ArrayBuffer): Promise<void> {
  const known = await boxOf(store);
  const wire = known === undefined ? null : await sealPhoto(bytes, sha256, known.box);
  const sealed = await sealBytes(wire === null ? bytes : small);
  await store.put('photo_bytes', { sha256, sealed, wire });
}

/** Keeps what the camera gave, only to be sent: nothing of it is shown here. */
export async function keepOriginalBytes(store: Store, sha256: string, bytes: ArrayBuffer): Promise<void> {
  const known = await boxOf(store);
  const wire = known === undefined ? null : await sealPhoto(bytes, sha256, known.box);
  const sealed = wire === null ? await sealBytes(bytes) : null;
  await store.put('photo_bytes', { sha256, sealed, wire });
}

/** What there is to look at; undefined when it has left the phone or can no longer be read here. */
export async function photoBytes(store: Store, sha256: string): Promise<ArrayBuffer | undefined> {
  const row = await store.get('photo_bytes', sha256);
  return row === undefined || row.sealed === null ? undefined : await openBytes(row.sealed);
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
