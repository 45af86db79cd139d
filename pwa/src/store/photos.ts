/** Where are the bytes of a photo, note or signature between the moment they were made and the server's receipt? */
import { openBytes, sealBytes } from './codec';
import type { Store } from './database';
import { parcelOf, type Parcel } from './photo_sealing';
import { boxOf } from './sealing';

/**
 * Keeps a parcel under the hash of its bytes, with a small copy to look at here (null: nothing of it is shown).
 * While no key of the server is known the bytes themselves are the copy, and are sent by an open page.
 */
export async function keepParcel(store: Store, { sha256, wire, plain }: Parcel, small: ArrayBuffer | null): Promise<void> {
  const shown = plain ?? small;
  await store.put('photo_bytes', { sha256, sealed: shown === null ? null : await sealBytes(shown), wire });
}

/** Keeps a photo, note or signature at once. */
export async function keepPhotoBytes(store: Store, bytes: ArrayBuffer, small: ArrayBuffer): Promise<Parcel> {
  const parcel = await parcelOf(bytes, (await boxOf(store))?.box);
  await keepParcel(store, parcel, small);
  return parcel;
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
