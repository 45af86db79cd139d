/**
 * What is on this phone and nowhere else, as one file? For the day on which sending is broken: the items and photos as they
 * would travel, sealed for the server, so that whoever carries the file can read none of it. `rounds rescue` takes it in.
 */
import type { SealedBody } from '@/api/types';
import { toBase64 } from '@/lib/hash';

import type { Store } from './database';
import { metaOf } from './meta';
import type { OutboxRow, PhotoRow, SealedHeader, TravellingPhoto, Travelling } from './schema';

const UUID_LENGTH = 36;

export interface RescuedPhoto {
  readonly id: string;
  readonly sha256: string;
  readonly media_type: string;
  readonly sealed: SealedHeader;
  readonly bytes: string;
}

export interface Rescue {
  readonly file: Blob;
  readonly items: number;
  readonly photos: number;
  /** What an older version left unsealed, and so only the app itself may send. */
  readonly left_out: number;
}

/** A body as it travels, in JSON. */
export function sealedBody({ envelope_id, iv, data }: Travelling): SealedBody {
  return { sealed: { envelope: envelope_id, iv: toBase64(iv), data: toBase64(new Uint8Array(data)) } };
}

async function unsentItems(store: Store): Promise<OutboxRow[]> {
  const found = await Promise.all((['saved', 'sending'] as const).map((state) => store.getAllFromIndex('outbox', 'state', state)));
  return found.flat().toSorted((one, other) => one.seq - other.seq);
}

function photoText({ id, sha256, media_type }: PhotoRow, { header, bytes }: TravellingPhoto): string {
  // An original bears the id of its evidence, with more behind it.
  const told: RescuedPhoto = { id: id.slice(0, UUID_LENGTH), sha256, media_type, sealed: header, bytes: toBase64(new Uint8Array(bytes)) };
  return JSON.stringify(told);
}

/** The file; photos are written one after the other, so that only one of them is in memory as text. */
export async function rescueFile(store: Store, appVersion: string, now: Date): Promise<Rescue> {
  const items = await unsentItems(store);
  const sealed = items.flatMap((row) => (row.wire ? [{ row, wire: row.wire }] : []));
  const mutations = sealed.map(({ row, wire }) => ({
    id: row.id, seq: row.seq, kind: row.kind, schema: row.schema, occurred_at: row.occurred_at, clock_offset_ms: row.clock_offset_ms, body: sealedBody(wire),
  }));
  const envelopes = (await store.getAll('envelopes')).map(({ id, box_key_id, epk, iv, wrapped }) => ({ id, box_key_id, epk, iv, wrapped }));
  const used = new Set(sealed.map(({ wire }) => wire.envelope_id));
  const batch = {
    device_id: await metaOf(store, 'device_id'), app_version: appVersion, sent_at: now.toISOString(), unsent_count: 0, mutations,
    envelopes: envelopes.filter(({ id }) => used.has(id)),
  };
  const parts: Blob[] = [new Blob([`{"rescue":1,"batch":${JSON.stringify(batch)},"photos":[`])];
  let [photos, plainPhotos] = [0, 0];
  const files = await Promise.all((['waiting', 'later'] as const).map((state) => store.getAllFromIndex('photos', 'state', state)));
  for (const photo of files.flat()) {
    const wire = (await store.get('photo_bytes', photo.sha256))?.wire;
    if (!wire) {
      plainPhotos += 1;
      continue;
    }
    parts.push(new Blob([photos === 0 ? '' : ',', photoText(photo, wire)]));
    photos += 1;
  }
  const file = new Blob([...parts, ']}'], { type: 'application/json' });
  return { file, items: mutations.length, photos, left_out: items.length - sealed.length + plainPhotos };
}
