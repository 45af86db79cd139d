/**
 * What stays on a phone that is closed for good (signed out, eight wrong PINs, revoked)? Only what is not on the server
 * yet, sealed so that only the server can read it. And how does what an older version left plain become sealed?
 */
import type { Answer } from '@/api/types';

import { tellChanged } from './changed';
import { seal, sealBytes } from './codec';
import type { Store } from './database';
import { destroyLocks, keepLast, type LastRow } from './device';
import { metaOf, setMeta } from './meta';
import { sealPhoto } from './photo_sealing';
import type { OutboxRow, PhotoBytesRow } from './schema';
import { boxOf, sealForServer } from './sealing';

const UNSENT: ReadonlySet<OutboxRow['state']> = new Set(['saved', 'sending']);

/** What can only be sent; an item of an older version, which nobody sealed, stays as it is until it is sent. */
function closedItem(row: OutboxRow): OutboxRow {
  const isPlain = row.wire === null && row.sealed?.form === 0;
  return { ...row, sealed: isPlain ? row.sealed : null, answer: null };
}

/** Takes away everything that could be read here. Unsent work stays, for the server only; the rest comes from it again. */
export async function clearReadable(store: Store): Promise<void> {
  const names = ['heads', 'cases', 'plans', 'drafts', 'notices', 'outbox', 'photos', 'photo_bytes', 'meta'] as const;
  const tx = store.transaction(names, 'readwrite');
  const [outbox, photos, photoBytes, meta] = [tx.objectStore('outbox'), tx.objectStore('photos'), tx.objectStore('photo_bytes'), tx.objectStore('meta')];
  const [items, waiting, later, kept] = await Promise.all([
    outbox.getAll(), photos.index('state').getAll('waiting'), photos.index('state').getAll('later'), photoBytes.getAll(),
  ]);
  const named = new Set([...waiting, ...later].map((photo) => photo.sha256));
  const gone = items.filter((row) => row.sealed?.form !== 0 && row.wire === null && !UNSENT.has(row.state));
  await Promise.all([
    ...(['heads', 'cases', 'plans', 'drafts', 'notices'] as const).map((name) => tx.objectStore(name).clear()),
    ...items.map((row) => outbox.put(closedItem(row))),
    ...gone.map((row) => outbox.delete(row.id)),
    ...kept.map((row) => (named.has(row.sha256) ? photoBytes.put(row.wire === null ? row : { ...row, sealed: null }) : photoBytes.delete(row.sha256))),
    // The next pull begins anew.
    ...(['cursor', 'prime', 'prime_done', 'pulled_at', 'on_duty', 'questions', 'questions_asked_at', 'gate', 'law'] as const).map((key) => meta.delete(key)),
    tx.done,
  ]);
  tellChanged();
}

/**
 * Ends reading on this phone until the next sign-in. First the ways to the key go, then what it opens: a phone that dies
 * in between is closed all the same.
 */
export async function closeStore(store: Store, last: LastRow, why: 'pin' | 'revoked'): Promise<LastRow> {
  await destroyLocks(last.user_id);
  const closed: LastRow = { ...last, initials: '', who: null, closed: why };
  await keepLast(closed);
  await clearReadable(store);
  return closed;
}

/** Whether nothing is left that still has to reach the server, or to be looked at. */
export async function isEmptied(store: Store): Promise<boolean> {
  const counted = await Promise.all([
    ...(['saved', 'sending', 'refused', 'conflict'] as const).map((state) => store.countFromIndex('outbox', 'state', state)),
    store.countFromIndex('photos', 'state', 'waiting'),
    store.countFromIndex('photos', 'state', 'later'),
  ]);
  return counted.every((count) => count === 0);
}

/** The items of the outbox before the lock had neither `wire` nor `code`. The same item sealed is the same item. */
async function resealItem(store: Store, row: OutboxRow, now: Date): Promise<void> {
  if (row.sealed?.form !== 0) return;
  const act = row.sealed.plain;
  const answer = row.answer?.form === 0 ? row.answer.plain : undefined;
  const sealed = await seal(act);
  const sealedAnswer = answer === undefined ? null : await seal<Answer>(answer);
  const travels = UNSENT.has(row.state) ? await sealForServer(store, { id: row.id, kind: row.kind, schema: row.schema, body: act.body }, now) : undefined;
  const tx = store.transaction(['outbox', 'envelopes'], 'readwrite');
  await Promise.all([
    tx.objectStore('outbox').put({ ...row, code: answer?.code ?? null, answer: sealedAnswer, sealed, wire: travels?.wire ?? null }),
    ...(travels === undefined ? [] : [tx.objectStore('envelopes').put(travels.envelope)]),
    tx.done,
  ]);
}

/** One that had begun to travel plain begins again, sealed: what lies at an upload must not change its form half way. */
async function resealPhoto(store: Store, row: PhotoBytesRow): Promise<void> {
  if (row.sealed?.form !== 0) return;
  const bytes = row.sealed.plain;
  const [known, named] = await Promise.all([boxOf(store), store.getAllFromIndex('photos', 'sha256', row.sha256)]);
  const waiting = named.filter((photo) => photo.state === 'waiting');
  const isToSend = named.length === 0 || waiting.length > 0;
  const wire = known !== undefined && isToSend ? await sealPhoto(bytes, row.sha256, known.box) : null;
  const sealed = await sealBytes(bytes);
  const tx = store.transaction(['photos', 'photo_bytes'], 'readwrite');
  await Promise.all([
    tx.objectStore('photo_bytes').put({ sha256: row.sha256, sealed, wire }),
    ...(wire === null ? [] : waiting.map((photo) => tx.objectStore('photos').put({ ...photo, upload_path: '', sent_bytes: 0 }))),
    tx.done,
  ]);
}

async function resealRows(store: Store, name: 'heads' | 'cases' | 'plans' | 'drafts'): Promise<void> {
  for (const key of await store.getAllKeys(name)) {
    const row = await store.get(name, key);
    if (row?.sealed.form !== 0) continue;
    // The row of a table keeps the shape of that table; the union of them cannot say so.
    await store.put(name, { ...row, sealed: await seal<unknown>(row.sealed.plain) } as never);
  }
}

/** Seals why something was refused, where the worker heard it while nobody held the key. */
export async function resealAnswers(store: Store): Promise<void> {
  const heard = await Promise.all((['refused', 'conflict', 'aside'] as const).map((state) => store.getAllFromIndex('outbox', 'state', state)));
  for (const row of heard.flat()) {
    if (row.answer?.form !== 0 || row.sealed?.form !== 1) continue;
    await store.put('outbox', { ...row, answer: await seal<Answer>(row.answer.plain) });
  }
}

/** Whether versions before the lock may have left something plain here. */
export async function hasOld(store: Store): Promise<boolean> {
  return (await metaOf(store, 'form')) !== 1;
}

/** Seals what versions before the lock left plain. Nothing may be sent meanwhile: hold the lock of the rounds. */
export async function resealOld(store: Store, now: Date): Promise<void> {
  for (const name of ['heads', 'cases', 'plans', 'drafts'] as const) await resealRows(store, name);
  for (const row of await store.getAll('outbox')) await resealItem(store, row, now);
  for (const key of await store.getAllKeys('photo_bytes')) {
    const row = await store.get('photo_bytes', key);
    if (row !== undefined) await resealPhoto(store, row);
  }
  await setMeta(store, 'form', 1);
}
