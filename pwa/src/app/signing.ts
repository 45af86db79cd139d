/** What does the phone sign when a photo is taken, and when an old photo goes into a visit that is recorded anew? */
import * as v from 'valibot';

import type { PhotoTaken } from '@/api/types';
import { sha256Hex } from '@/lib/hash';
import { signNext, type Facts, type Place } from '@/store/chain';
import type { Store } from '@/store/database';
import { deviceOf } from '@/store/device';
import { metaOf } from '@/store/meta';

import type { Position } from './position.svelte';
import { person, store } from './session.svelte';

/** The visit that a photo belongs to. */
export interface OfVisit {
  readonly case_id: string;
  readonly visit_id: string;
}

type Unsigned = Omit<PhotoTaken, 'manifest' | 'signature'>;
type Shot = Pick<Facts, 'source' | 'monotonic_ms' | 'clock_offset_ms' | 'place' | 'after'>;

const whole = v.pipe(v.number(), v.integer());
const shotSchema = v.object({
  source: v.picklist(['camera', 'file']), monotonic_ms: whole, clock_offset_ms: v.nullable(whole),
  place: v.nullable(v.object({ lat_e7: whole, lon_e7: whole, accuracy_m: whole, age_ms: whole })),
  after: v.nullable(v.object({ receipt_sha256: v.string(), received_at: v.string() })),
});

/** A position in whole numbers, with its age at a moment. */
export function placeAt(found: Position | undefined, now: Date): Place | null {
  if (found === undefined) return null;
  return {
    lat_e7: Math.round(found.place.lat * 1e7), lon_e7: Math.round(found.place.lon * 1e7),
    accuracy_m: Math.round(Math.min(found.accuracy_m, 1e9)), age_ms: Math.max(0, now.getTime() - Date.parse(found.at)),
  };
}

/** A picture file that is older than the tap on the button was not taken by it; clocks of files are coarse. */
export function sourceOf(file: { readonly lastModified: number }, askedAtMs: number): 'camera' | 'file' {
  return file.lastModified >= askedAtMs - 2000 ? 'camera' : 'file';
}

/** The newest receipt on this phone: ids of receipts grow with time. */
async function lastReceipt(db: Store): Promise<Facts['after']> {
  const cursor = await db.transaction('receipts').store.openCursor(null, 'prev');
  if (cursor === null) return null;
  const { receipt, received_at } = cursor.value;
  return { receipt_sha256: await sha256Hex(new TextEncoder().encode(receipt.signed).buffer), received_at: new Date(received_at).toISOString() };
}

/** What the phone knows at the shutter, beside the picture itself. */
export async function shotAt(source: 'camera' | 'file', found: Position | undefined, now: Date): Promise<Shot> {
  return {
    source, monotonic_ms: Math.round(performance.now()), clock_offset_ms: (await metaOf(store(), 'clock_offset_ms')) ?? null,
    place: placeAt(found, now), after: await lastReceipt(store()),
  };
}

/** The photo with its manifest, signed as the next one of this device. */
export async function signed(photo: Unsigned, { case_id, visit_id }: OfVisit, shot: Shot): Promise<PhotoTaken> {
  const facts: Facts = {
    ...shot, evidence_id: photo.id, case_id, visit_id, user_id: person().user_id, scope: photo.scope, sha256: photo.sha256,
    original_sha256: photo.original_sha256, size: photo.size_bytes, original_size: photo.original_size_bytes,
    media_type: photo.media_type, taken_at: photo.taken_at,
  };
  return { ...photo, ...(await signNext(await deviceOf(person().login), facts)) };
}

/** The same photos under the names of a visit that is recorded anew; what was known at the shutter stays as it was. */
export async function signedAgain(photos: readonly PhotoTaken[], of: OfVisit): Promise<PhotoTaken[]> {
  const again: PhotoTaken[] = [];
  for (const photo of photos) {
    const shot = photo.manifest === null ? undefined : v.safeParse(shotSchema, JSON.parse(photo.manifest));
    again.push(shot?.success ? await signed(photo, of, shot.output) : { ...photo, manifest: null, signature: null });
  }
  return again;
}
