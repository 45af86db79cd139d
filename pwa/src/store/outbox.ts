/**
 * What was done on this phone, and how far has each thing come? Appended here when the person acts; `sync` moves the
 * states. Nothing is deleted before the server's receipt.
 */
import { SCHEMAS, type Act, type Answer } from '@/api/types';
import { newId } from '@/lib/ids';

import { tellChanged } from './changed';
import { open, seal } from './codec';
import type { Store } from './database';
import type { FilePart, OutboxRow, OutboxState, PhotoRow, ReceiptRow } from './schema';
import { sealForServer } from './sealing';

/** One thing done, with its inside open. */
export interface Done {
  readonly row: OutboxRow;
  readonly act: Act;
  readonly answer: Answer | undefined;
}

/** A photo, note or signature whose bytes were kept when it was made (photos.ts). */
export interface NewPhoto {
  readonly id: string;
  readonly part?: FilePart;
  readonly sha256: string;
  readonly media_type: string;
  readonly size_bytes: number;
}

/** What goes into the store together: the act, its photos, and the draft that it ends. */
export interface Deed {
  readonly act: Act;
  readonly case_id: string;
  readonly photos?: readonly NewPhoto[];
  readonly ended_draft?: string;
}

/** How long an accepted item stays readable on the Sync screen. */
const KEEP_DAYS = 7;

/** Writes down what was done, all or nothing; returns its id. */
export async function record(store: Store, { act, case_id, photos = [], ended_draft }: Deed, now: Date): Promise<string> {
  const id = newId(now.getTime());
  const schema = SCHEMAS[act.kind];
  const [sealed, travels] = await Promise.all([seal(act), sealForServer(store, { id, kind: act.kind, schema, body: act.body }, now)]);
  const photoRows = photos.map((photo): PhotoRow => ({
    ...photo, mutation_id: id, case_id, state: photo.part === 'original' ? 'later' : 'waiting', sent_bytes: 0, upload_path: '', code: '',
  }));
  const tx = store.transaction(['outbox', 'envelopes', 'meta', 'photos', 'drafts'], 'readwrite');
  const meta = tx.objectStore('meta');
  const [last, offset] = await Promise.all([meta.get('seq'), meta.get('clock_offset_ms')]);
  // The device's number is given inside the transaction: two tabs never give the same one.
  const seq = (last?.key === 'seq' ? last.value : 0) + 1;
  await Promise.all([
    meta.put({ key: 'seq', value: seq }),
    tx.objectStore('outbox').add({
      id, seq, kind: act.kind, case_id, schema, occurred_at: now.toISOString(),
      clock_offset_ms: offset?.key === 'clock_offset_ms' ? offset.value : null,
      state: 'saved', answered_at: null, code: null, answer: null, receipt_id: null, sealed, wire: travels?.wire ?? null,
    }),
    ...(travels === undefined ? [] : [tx.objectStore('envelopes').put(travels.envelope)]),
    ...photoRows.map((row) => tx.objectStore('photos').put(row)),
    ...(ended_draft === undefined ? [] : [tx.objectStore('drafts').delete(ended_draft)]),
    tx.done,
  ]);
  tellChanged();
  return id;
}

function bySeq(rows: readonly OutboxRow[]): OutboxRow[] {
  return rows.toSorted((one, other) => one.seq - other.seq);
}

/** The answer; of one that came while the phone was locked only what lies open. */
async function answerOf(row: OutboxRow): Promise<Answer | undefined> {
  if (row.answer !== null) return await open(row.answer);
  const { id, state: status, code } = row;
  return status === 'accepted' || status === 'refused' || status === 'conflict' ? { id, status, code, detail: {}, is_replay: false } : undefined;
}

async function openedOne(row: OutboxRow): Promise<Done[]> {
  // Closed for good: it can only be sent.
  if (row.sealed === null) return [];
  const [act, answer] = await Promise.all([open(row.sealed), answerOf(row)]);
  return [{ row, act, answer }];
}

async function opened(rows: readonly OutboxRow[]): Promise<Done[]> {
  return (await Promise.all(rows.map(openedOne))).flat();
}

/** Everything about one case, oldest first. */
export async function doneOn(store: Store, caseId: string): Promise<Done[]> {
  return await opened(bySeq(await store.getAllFromIndex('outbox', 'case_id', caseId)));
}

/** Everything in these states, oldest first. */
export async function doneIn(store: Store, states: readonly OutboxState[]): Promise<Done[]> {
  const found = await Promise.all(states.map((state) => store.getAllFromIndex('outbox', 'state', state)));
  return await opened(bySeq(found.flat()));
}

/** Everything since an instant that may still change what the screens show, oldest first. */
export async function allDone(store: Store): Promise<Done[]> {
  return await opened(await store.getAllFromIndex('outbox', 'seq'));
}

export async function oneDone(store: Store, id: string): Promise<Done | undefined> {
  const row = await store.get('outbox', id);
  return row === undefined ? undefined : (await opened([row]))[0];
}

export interface Counts {
  readonly unsent: number;
  readonly sending: number;
  readonly needsYou: number;
  readonly accepted: number;
  readonly photos: number;
}

/** The numbers of the sync pill. */
export async function counts(store: Store): Promise<Counts> {
  const inState = (state: OutboxState): Promise<number> => store.countFromIndex('outbox', 'state', state);
  const [saved, sending, refused, conflict, accepted, photos] = await Promise.all([
    inState('saved'), inState('sending'), inState('refused'), inState('conflict'), inState('accepted'),
    store.countFromIndex('photos', 'state', 'waiting'),
  ]);
  return { unsent: saved + sending, sending, needsYou: refused + conflict, accepted, photos };
}

/** How many things can only be sent: made before the phone was closed for good, and not yet on the server. */
export async function countUnreadable(store: Store): Promise<number> {
  const [saved, sending] = await Promise.all([store.getAllFromIndex('outbox', 'state', 'saved'), store.getAllFromIndex('outbox', 'state', 'sending')]);
  return [...saved, ...sending].filter((row) => row.sealed === null).length;
}

/** Photos by mutation, without their bytes. */
export async function photosOf(store: Store, mutationId: string): Promise<PhotoRow[]> {
  return await store.getAllFromIndex('photos', 'mutation_id', mutationId);
}

export async function allPhotos(store: Store): Promise<PhotoRow[]> {
  return await store.getAll('photos');
}

/** The person wants them on the server now, whatever the network costs: they go with the next round like everything else. */
export async function sendOriginalsNow(store: Store): Promise<void> {
  const tx = store.transaction('photos', 'readwrite');
  const later = await tx.store.index('state').getAll('later');
  await Promise.all([...later.map((row) => tx.store.put({ ...row, state: 'waiting' })), tx.done]);
  tellChanged();
}

/** The receipt that covers an item; undefined until the server has signed. */
export async function receiptOf(store: Store, row: OutboxRow): Promise<ReceiptRow | undefined> {
  return row.receipt_id === null ? undefined : await store.get('receipts', row.receipt_id);
}

/** The person has seen the refusal or conflict and puts it away; it stays kept here and on the server. */
export async function setAside(store: Store, id: string): Promise<void> {
  const tx = store.transaction('outbox', 'readwrite');
  const row = await tx.store.get(id);
  if (row?.state === 'refused' || row?.state === 'conflict') await tx.store.put({ ...row, state: 'aside' });
  await tx.done;
  tellChanged();
}

/** Drops what was signed for long ago, photo bytes that are on the server, and envelopes of nothing; returns how many items went. */
export async function forgetSettled(store: Store, now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEEP_DAYS * 86_400_000).toISOString();
  const tx = store.transaction(['outbox', 'photos', 'photo_bytes', 'envelopes'], 'readwrite');
  const [outbox, photos, photoBytes, envelopes] = [
    tx.objectStore('outbox'), tx.objectStore('photos'), tx.objectStore('photo_bytes'), tx.objectStore('envelopes'),
  ];
  const [accepted, aside, waiting, later, all, kept] = await Promise.all([
    outbox.index('state').getAll('accepted'), outbox.index('state').getAll('aside'), photos.index('state').getAll('waiting'),
    photos.index('state').getAll('later'), outbox.getAll(), envelopes.getAll(),
  ]);
  const used = new Set(all.map((row) => row.wire?.envelope_id));
  const empty = kept.filter((row) => row.made_at < before && !used.has(row.id));
  const awaited = new Set([...waiting, ...later].map((photo) => photo.mutation_id));
  const old = [...accepted, ...aside].filter((row) => row.receipt_id !== null && (row.answered_at ?? '') < before && !awaited.has(row.id));
  const sent = (await Promise.all(old.map((row) => photos.index('mutation_id').getAll(row.id)))).flat();
  await Promise.all([
    ...sent.flatMap((photo) => [photos.delete(photo.id), photoBytes.delete(photo.sha256)]),
    ...old.map((row) => outbox.delete(row.id)),
    ...empty.map((row) => envelopes.delete(row.id)),
    tx.done,
  ]);
  return old.length;
}
