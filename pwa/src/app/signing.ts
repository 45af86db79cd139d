/** What does the phone sign when evidence is made, and when it goes into a visit that is recorded anew? */
import * as v from 'valibot';

import type { AudioTaken, PhotoTaken, SignatureTaken } from '@/api/types';
import { sha256Hex } from '@/lib/hash';
import { signNext, type Facts, type Place, type Signed } from '@/store/chain';
import type { Store } from '@/store/database';
import { deviceOf } from '@/store/device';
import { metaOf } from '@/store/meta';

import type { Position } from './position.svelte';
import { person, store } from './session.svelte';

/** The visit that it belongs to. */
export interface OfVisit {
  readonly case_id: string;
  readonly visit_id: string;
}

type Unsigned<Taken> = Omit<Taken, 'manifest' | 'signature'>;
type Shot = Pick<Facts, 'source' | 'monotonic_ms' | 'clock_offset_ms' | 'place' | 'after'>;

const count = v.pipe(v.number(), v.integer());
const shotSchema = v.object({
  source: v.picklist(['camera', 'file', 'microphone', 'pad']), monotonic_ms: count, clock_offset_ms: v.nullable(count),
  place: v.nullable(v.object({ lat_e7: count, lon_e7: count, accuracy_m: count, age_ms: count })),
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
export async function shotAt(source: Facts['source'], found: Position | undefined, now: Date): Promise<Shot> {
  return {
    source, monotonic_ms: Math.round(performance.now()), clock_offset_ms: (await metaOf(store(), 'clock_offset_ms')) ?? null,
    place: placeAt(found, now), after: await lastReceipt(store()),
  };
}

type Made = Pick<Facts, 'kind' | 'scope' | 'sha256' | 'original_sha256' | 'size' | 'original_size' | 'media_type' | 'taken_at' | 'duration_ms' | 'statement'>;

/** The manifest of what was made, signed as the next one of this device. */
async function sign(id: string, made: Made, { case_id, visit_id }: OfVisit, shot: Shot): Promise<Signed> {
  const facts: Facts = { ...shot, ...made, evidence_id: id, case_id, visit_id, user_id: person().user_id };
  return await signNext(await deviceOf(person().login), facts);
}

/** The photo with its manifest. */
export async function signed(photo: Unsigned<PhotoTaken>, of: OfVisit, shot: Shot): Promise<PhotoTaken> {
  const { scope, sha256, original_sha256, size_bytes: size, original_size_bytes: original_size, media_type, taken_at } = photo;
  const made: Made = { kind: 'photo', scope, sha256, original_sha256, size, original_size, media_type, taken_at };
  return { ...photo, ...(await sign(photo.id, made, of, shot)) };
}

/** What a note and a signature have in common: what was made is what travels. */
function whole({ sha256, size_bytes: size, media_type, taken_at }: Unsigned<AudioTaken> | Unsigned<SignatureTaken>): Omit<Made, 'kind'> {
  return { scope: null, sha256, original_sha256: sha256, size, original_size: size, media_type, taken_at };
}

/** The note with its manifest. */
export async function signedNote(note: Unsigned<AudioTaken>, of: OfVisit, shot: Shot): Promise<AudioTaken> {
  return { ...note, ...(await sign(note.id, { ...whole(note), kind: 'audio', duration_ms: note.duration_ms }, of, shot)) };
}

/** The signature with its manifest, which names the hash of what stood above it. */
export async function signedSignature(drawn: Unsigned<SignatureTaken>, of: OfVisit, shot: Shot): Promise<SignatureTaken> {
  const statement = await sha256Hex(new TextEncoder().encode(drawn.statement).buffer);
  return { ...drawn, ...(await sign(drawn.id, { ...whole(drawn), kind: 'signature', statement }, of, shot)) };
}

/** What was known when something was made; undefined when that cannot be read any more. */
function shotOf(manifest: string | null): Shot | undefined {
  const read = manifest === null ? undefined : v.safeParse(shotSchema, JSON.parse(manifest));
  return read?.success ? read.output : undefined;
}

/** The same photos under the names of a visit that is recorded anew; what was known at the shutter stays as it was. */
export async function signedAgain(photos: readonly PhotoTaken[], of: OfVisit): Promise<PhotoTaken[]> {
  const again: PhotoTaken[] = [];
  for (const photo of photos) {
    const shot = shotOf(photo.manifest);
    again.push(shot === undefined ? { ...photo, manifest: null, signature: null } : await signed(photo, of, shot));
  }
  return again;
}

/** The same for notes. Signatures are not carried over: they stand under a promise that was taken back. */
export async function notesSignedAgain(notes: readonly AudioTaken[], of: OfVisit): Promise<AudioTaken[]> {
  const again: AudioTaken[] = [];
  for (const note of notes) {
    const shot = shotOf(note.manifest);
    if (shot === undefined) throw new Error('a manifest of this app cannot be read');
    again.push(await signedNote(note, of, shot));
  }
  return again;
}
