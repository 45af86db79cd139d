/** What does a collector do on a phone, in the words of this release and of those before it? */
import type { Act, PhoneCase, PhotoTaken } from '@/api/types';
import { sha256Hex } from '@/lib/hash';
import { newId } from '@/lib/ids';
import type { Store } from '@/store/database';
import { record, type NewPhoto } from '@/store/outbox';
import { keepPhotoBytes } from '@/store/photos';
import type { OutboxRow, PhotoBytesRow, PhotoRow } from '@/store/schema';
import { sealForServer } from '@/store/sealing';

/** One thing that was written down, as the bench remembers it. */
export interface Written {
  readonly id: string;
  readonly kind: string;
  readonly record_id: string | null;
  readonly photos: readonly NewPhoto[];
}

/** A body as an older release wrote it; they lie in tests/backend/sync/recorded. */
export interface Older {
  readonly kind: Act['kind'];
  readonly schema: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Who does it: a number below another by the phone's seed, a chance, the phone's clock. */
export interface Hand {
  readonly below: (count: number) => number;
  readonly chance: (share: number) => boolean;
  readonly now: () => Date;
}

interface Shot {
  readonly taken: PhotoTaken;
  readonly named: NewPhoto;
  readonly bytes: ArrayBuffer;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

async function shoot({ below, now }: Hand): Promise<Shot> {
  const bytes = new Uint8Array(2_000 + below(300_000)).map(() => below(256));
  // A JPEG begins like this; what follows is as random as a photo's bytes are.
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  const sha256 = await sha256Hex(bytes.buffer);
  const named = { id: newId(), sha256, media_type: 'image/jpeg', size_bytes: bytes.length };
  const signed = { consent_by: null, manifest: null, signature: null, original_kept: false };
  const taken = { ...named, ...signed, original_sha256: sha256, original_size_bytes: bytes.length, taken_at: now().toISOString(), scope: 'outside' as const };
  return { bytes: bytes.buffer, named, taken };
}

async function visitOf(store: Store, at: PhoneCase, hand: Hand): Promise<{ act: Act; photos: NewPhoto[] }> {
  const shots = hand.chance(0.4) ? [await shoot(hand)] : [];
  for (const { bytes } of shots) await keepPhotoBytes(store, bytes, bytes.slice(0, 500));
  const ended = hand.now();
  const act: Act = {
    kind: 'visit.record',
    body: {
      id: newId(), case_id: at.id, stop_id: null, address_id: at.addresses[0]?.id ?? null,
      started_at: new Date(ended.getTime() - 5 * MINUTE_MS).toISOString(), ended_at: ended.toISOString(), check_in: null, outside_reason: null,
      result: 'NOT_HOME', party: 'nobody', paid_minor: null, promise: null, photos: shots.map(({ taken }) => taken), audio_notes: [], signatures: [],
      note: '门口 door', next_step: 'revisit', next_on: null, form: null,
    },
  };
  return { act, photos: shots.map(({ named }) => named) };
}

function callOf(at: PhoneCase, { now }: Hand): Act {
  const ended = now();
  return {
    kind: 'call.record',
    body: {
      id: newId(), case_id: at.id, contact_point_id: at.contacts[0]?.id ?? null, started_at: new Date(ended.getTime() - MINUTE_MS).toISOString(),
      ended_at: ended.toISOString(), result: 'NO_ANSWER', party: 'nobody', paid_minor: null, promise: null, note: '', next_step: 'call', next_on: null,
    },
  };
}

async function actOn(store: Store, at: PhoneCase, hand: Hand): Promise<{ act: Act; photos: NewPhoto[] }> {
  const kind = hand.below(100);
  if (kind < 55) return await visitOf(store, at, hand);
  if (kind < 75) return { act: callOf(at, hand), photos: [] };
  if (kind < 95) {
    const base_ids = at.facts['door_note']?.heads ?? [];
    return { act: { kind: 'case.edit', body: { case_id: at.id, field: 'door_note', base_ids, base_version: null, value: `gate ${String(hand.below(1e6))}` } }, photos: [] };
  }
  return { act: hand.chance(0.5) ? { kind: 'duty.start', body: { place: null } } : { kind: 'duty.end', body: {} }, photos: [] };
}

/** Does one thing with a case; raises DOMException when the phone refuses to write it down. */
export async function write(store: Store, at: PhoneCase, hand: Hand): Promise<Written> {
  const { act, photos } = await actOn(store, at, hand);
  const id = await record(store, { act, case_id: at.id, photos }, hand.now());
  const record_id = act.kind === 'visit.record' || act.kind === 'call.record' ? act.body.id : null;
  return { id, kind: act.kind, record_id, photos };
}

function field<Value>(older: Older, name: string, value: Value): Record<string, Value> {
  return name in older.body ? { [name]: value } : {};
}

/** The recorded body, of today and about a case of this phone; nothing is added that its release did not know. */
function bodyOf(older: Older, at: PhoneCase, shots: readonly Shot[], now: Date): Record<string, unknown> {
  const { promise, photos, check_in } = older.body;
  const named = (Array.isArray(photos) ? photos : []) as readonly Record<string, unknown>[];
  const due_on = new Date(now.getTime() + 3 * DAY_MS).toISOString().slice(0, 10);
  const started = new Date(now.getTime() - 6 * MINUTE_MS).toISOString();
  return {
    ...older.body, ...field(older, 'case_id', at.id), ...field(older, 'id', newId()), ...field(older, 'started_at', started),
    ...field(older, 'ended_at', now.toISOString()),
    ...(typeof promise === 'object' && promise !== null ? { promise: { ...promise, id: newId(), due_on } } : {}),
    ...(typeof check_in === 'object' && check_in !== null ? { check_in: { ...check_in, at: started } } : {}),
    ...(named.length === 0 ? {} : {
      photos: shots.map(({ taken }) => ({ ...Object.fromEntries(Object.entries(taken).filter(([name]) => named.some((photo) => name in photo))) })),
    }),
  };
}

/**
 * Writes down what an older release did: plain, as versions before the lock kept it, or sealed as the last one did. The
 * new code finds it lying in the store.
 */
export async function writeOlder(store: Store, older: Older, at: PhoneCase, hand: Hand): Promise<Written> {
  const now = hand.now();
  const shots = Array.isArray(older.body['photos']) && older.body['photos'].length > 0 ? [await shoot(hand)] : [];
  const body = bodyOf(older, at, shots, now);
  const { kind, schema } = older;
  const id = newId(now.getTime());
  const travels = hand.chance(0.5) ? await sealForServer(store, { id, kind, schema, body }, now) : undefined;
  const tx = store.transaction(['outbox', 'envelopes', 'meta', 'photos', 'photo_bytes'], 'readwrite');
  const last = await tx.objectStore('meta').get('seq');
  const seq = (last?.key === 'seq' ? last.value : 0) + 1;
  const sealed = { form: 0, plain: { kind, body } };
  const row = { id, seq, kind, case_id: at.id, schema, occurred_at: now.toISOString(), clock_offset_ms: null, state: 'saved', answered_at: null, answer: null, receipt_id: null, sealed };
  await Promise.all([
    tx.objectStore('meta').put({ key: 'seq', value: seq }),
    // The rows have the shape of that release, which the types of this one do not describe.
    tx.objectStore('outbox').add((travels === undefined ? row : { ...row, code: null, wire: travels.wire }) as unknown as OutboxRow),
    ...(travels === undefined ? [] : [tx.objectStore('envelopes').put(travels.envelope)]),
    ...shots.flatMap(({ named, bytes }) => [
      tx.objectStore('photo_bytes').put({ sha256: named.sha256, sealed: { form: 0, plain: bytes } } as unknown as PhotoBytesRow),
      tx.objectStore('photos').put({ ...named, mutation_id: id, case_id: at.id, state: 'waiting', sent_bytes: 0, upload_path: '', code: '' } satisfies PhotoRow),
    ]),
    tx.done,
  ]);
  const record_id = typeof body['id'] === 'string' ? body['id'] : null;
  return { id, kind, record_id, photos: shots.map(({ named }) => named) };
}
