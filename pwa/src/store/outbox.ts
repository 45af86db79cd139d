/**
 * What was done on this phone, and how far has each thing come? Appended here when the person acts; `sync` moves the
 * states. Nothing is deleted before the server's receipt.
 */
import { SCHEMAS, type Act, type Answer } from '@/api/types';
import { newId } from '@/lib/ids';

import { open, openAll, seal } from './codec';
import type { Store } from './database';
import type { MetaRow, OutboxRow, OutboxState, PhotoRow, ReceiptRow } from './schema';

/** One thing done, with its inside open. */
export interface Done {
  readonly row: OutboxRow;
  readonly act: Act;
  readonly answer: Answer | undefined;
}

/** A photo whose bytes were kept when it was taken (photos.ts). */
export interface NewPhoto {
  readonly id: string;
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

async function numberAfter(store: Store): Promise<number> {
  const row = await store.meta.get('seq');
  const seq = (row?.key === 'seq' ? row.value : 0) + 1;
  const next: MetaRow = { key: 'seq', value: seq };
  await store.meta.put(next);
  return seq;
}

/** Writes down what was done, all or nothing; returns its id. The device's number is given inside the transaction. */
export async function record(store: Store, { act, case_id, photos = [], ended_draft }: Deed, now: Date): Promise<string> {
  const id = newId(now.getTime());
  const sealed = await seal(act);
  const photoRows = photos.map((photo): PhotoRow => ({
    id: photo.id, sha256: photo.sha256, mutation_id: id, case_id, media_type: photo.media_type, size_bytes: photo.size_bytes,
    state: 'waiting', sent_bytes: 0, upload_path: '', code: '',
  }));
  await store.transaction('rw', [store.outbox, store.meta, store.photos, store.drafts], async () => {
    const seq = await numberAfter(store);
    const offset = await store.meta.get('clock_offset_ms');
    await store.outbox.add({
      id, seq, kind: act.kind, case_id, schema: SCHEMAS[act.kind], occurred_at: now.toISOString(),
      clock_offset_ms: offset?.key === 'clock_offset_ms' ? offset.value : null,
      state: 'saved', answered_at: null, answer: null, receipt_id: null, sealed,
    });
    await store.photos.bulkPut(photoRows);
    if (ended_draft !== undefined) await store.drafts.delete(ended_draft);
  });
  return id;
}

async function opened(rows: readonly OutboxRow[]): Promise<Done[]> {
  const acts = await openAll(rows.map((row) => row.sealed));
  const answers = await Promise.all(rows.map((row) => (row.answer === null ? Promise.resolve(undefined) : open(row.answer))));
  return rows.flatMap((row, index) => {
    const act = acts[index];
    return act === undefined ? [] : [{ row, act, answer: answers[index] }];
  });
}

/** Everything about one case, oldest first. */
export async function doneOn(store: Store, caseId: string): Promise<Done[]> {
  return await opened(await store.outbox.where('case_id').equals(caseId).sortBy('seq'));
}

/** Everything in these states, oldest first. */
export async function doneIn(store: Store, states: readonly OutboxState[]): Promise<Done[]> {
  return await opened(await store.outbox.where('state').anyOf([...states]).sortBy('seq'));
}

/** Everything since an instant that may still change what the screens show, oldest first. */
export async function allDone(store: Store): Promise<Done[]> {
  return await opened(await store.outbox.orderBy('seq').toArray());
}

export async function oneDone(store: Store, id: string): Promise<Done | undefined> {
  const row = await store.outbox.get(id);
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
  const inState = (state: OutboxState): Promise<number> => store.outbox.where('state').equals(state).count();
  const [saved, sending, refused, conflict, accepted, photos] = await Promise.all([
    inState('saved'), inState('sending'), inState('refused'), inState('conflict'), inState('accepted'),
    store.photos.where('state').equals('waiting').count(),
  ]);
  return { unsent: saved + sending, sending, needsYou: refused + conflict, accepted, photos };
}

/** Photos by mutation, without their bytes. */
export async function photosOf(store: Store, mutationId: string): Promise<PhotoRow[]> {
  return await store.photos.where('mutation_id').equals(mutationId).toArray();
}

export async function allPhotos(store: Store): Promise<PhotoRow[]> {
  return await store.photos.toArray();
}

/** The receipt that covers an item; undefined until the server has signed. */
export async function receiptOf(store: Store, row: OutboxRow): Promise<ReceiptRow | undefined> {
  return row.receipt_id === null ? undefined : await store.receipts.get(row.receipt_id);
}

/** The person has seen the refusal or conflict and puts it away; it stays kept here and on the server. */
export async function setAside(store: Store, id: string): Promise<void> {
  await store.outbox.where('id').equals(id).and((row) => row.state === 'refused' || row.state === 'conflict').modify({ state: 'aside' });
}

/** Drops what was signed for long ago, and photo bytes that are on the server; returns how many rows went. */
export async function forgetSettled(store: Store, now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEEP_DAYS * 86_400_000).toISOString();
  return await store.transaction('rw', [store.outbox, store.photos, store.photo_bytes], async () => {
    const waiting = new Set((await store.photos.where('state').equals('waiting').toArray()).map((photo) => photo.mutation_id));
    const old = await store.outbox
      .where('state').anyOf(['accepted', 'aside'])
      .and((row) => row.receipt_id !== null && (row.answered_at ?? '') < before && !waiting.has(row.id))
      .primaryKeys();
    const photos = await store.photos.where('mutation_id').anyOf(old).toArray();
    await store.photos.bulkDelete(photos.map((photo) => photo.id));
    await store.photo_bytes.bulkDelete(photos.map((photo) => photo.sha256));
    await store.outbox.bulkDelete(old);
    return old.length;
  });
}
