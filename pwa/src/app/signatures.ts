/** How does a signature on the pad get into the store? As photos do: kept, then signed by the phone itself. */
import type { SignatureTaken } from '@/api/types';
import { newId } from '@/lib/ids';
import { keepPhotoBytes } from '@/store/photos';

import { position } from './position.svelte';
import { store } from './session.svelte';
import { shotAt, signedSignature, type OfVisit } from './signing';

/** Keeps the picture of a signature and says how the record names it; `statement` is what stood above it. */
export async function takeSignature(png: ArrayBuffer, statement: string, of: OfVisit, now: Date): Promise<SignatureTaken> {
  const shot = await shotAt('pad', position().position, now);
  const { sha256 } = await keepPhotoBytes(store(), png, png);
  const drawn = { id: newId(), sha256, size_bytes: png.byteLength, media_type: 'image/png' as const, taken_at: now.toISOString(), statement };
  return await signedSignature(drawn, of, shot);
}
