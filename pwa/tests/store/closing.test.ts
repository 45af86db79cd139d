import 'fake-indexeddb/auto';

import { beforeEach, expect, it } from 'vitest';

import type { Act } from '@/api/types';
import { sha256Hex } from '@/lib/hash';
import { newId } from '@/lib/ids';
import { closeStore, hasOld, isEmptied, resealAnswers, resealOld } from '@/store/closing';
import { open } from '@/store/codec';
import type { Store } from '@/store/database';
import { keepLock, lastRow, leaseOf, locksOf } from '@/store/device';
import { draftOf, keepDraft } from '@/store/drafts';
import { dropDataKey, holdDataKey, newKeyBytes } from '@/store/keys';
import { allDone, countUnreadable, record } from '@/store/outbox';
import { keepPhotoBytes } from '@/store/photos';
import { dropOutboxKey } from '@/store/sealing';
import { flush } from '@/sync/flush';

import { freshStore, sampleCase, samplePage } from '../sync/samples';
import { openStage, type Stage } from '../sync/server';

const NOTE = 'the dog bites';
const act: Act = { kind: 'stop.skip', body: { stop_id: 's1', reason: NOTE } };

let stage: Stage;
let store: Store;

beforeEach(async () => {
  stage = openStage();
  store = await freshStore();
  return () => { store.close(); };
});

/** Every byte of every row, as text. */
async function dump(): Promise<string> {
  const rows = await Promise.all(Array.from(store.objectStoreNames, (name) => store.getAll(name)));
  return JSON.stringify(rows, (_, value: unknown) => (ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? Buffer.from(value as ArrayBuffer).toString('latin1') : value));
}

it('OF-9: nothing that says something about a person lies open', async () => {
  stage.pages = [samplePage([sampleCase('k1', { name: 'Wang Xiaoming', search: 'wangxiaoming' })])];
  await flush();
  await keepDraft(store, 'visit:k1', { note: NOTE }, new Date());
  await record(store, { act, case_id: 'k1' }, new Date());
  const text = await dump();
  for (const word of ['Xiaoming', 'wangxiaoming', '824000', NOTE]) expect(text).not.toContain(word);
});

it('N14: a closed phone sends what it has, once, and can read nothing', async () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31) % 251);
  const sha256 = await sha256Hex(bytes.buffer);
  await keepPhotoBytes(store, bytes.buffer.slice(0), Uint8Array.of(1, 2, 3).buffer);
  const photos = [{ id: newId(), sha256, media_type: 'image/jpeg', size_bytes: bytes.length }];
  const id = await record(store, { act, case_id: 'k1', photos }, new Date());
  const last = await lastRow();
  if (last === undefined) throw new Error('nobody works here');
  const lock = { user_id: last.user_id, method: 'pin' as const, salt: new Uint8Array(16), iv: new Uint8Array(12), wrapped: new ArrayBuffer(48), credential_id: null, made_at: '' };
  await keepLock(lock, { user_id: last.user_id, until_ms: 0, newest_ms: 0, wrong_pins: 8, cold: null });
  await closeStore(store, last, 'pin');
  dropDataKey();
  dropOutboxKey();
  expect([await locksOf(last.user_id), await leaseOf(last.user_id)]).toEqual([[], undefined]);
  expect([await allDone(store), await countUnreadable(store), await isEmptied(store)]).toEqual([[], 1, false]);
  expect(await lastRow()).toMatchObject({ closed: 'pin', who: null, initials: '' });
  expect(await flush()).toBe('done');
  expect([...stage.facts.values()]).toMatchObject([{ id, body: act.body }]);
  expect(stage.asked.some(({ path }) => path.startsWith('/v1/sync/pull'))).toBe(false);
  // All is sent: the session that was left for it ends.
  expect(stage.asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/v1/session' });
  expect(Buffer.from(stage.files.get(sha256) ?? []).equals(bytes)).toBe(true);
  expect(await isEmptied(store)).toBe(true);
});

it('a locked phone sends, fetches nothing, and keeps why something was refused until it can be sealed', async () => {
  await record(store, { act, case_id: 'k1' }, new Date());
  dropDataKey();
  stage.refuse = () => 'stop.not_yours';
  expect(await flush()).toBe('done');
  expect(stage.asked.map(({ path }) => path)).not.toContain('/v1/sync/pull');
  const [heard] = await store.getAll('outbox');
  expect(heard).toMatchObject({ state: 'refused', code: 'stop.not_yours', wire: null, answer: { form: 0, plain: { code: 'stop.not_yours' } } });
  await holdDataKey(newKeyBytes());
  await resealAnswers(store);
  const [sealed] = await store.getAll('outbox');
  if (sealed?.answer?.form !== 1) throw new Error('the answer was not sealed');
  expect(await open(sealed.answer)).toMatchObject({ code: 'stop.not_yours' });
});

it('what a version before the lock left plain is sealed at the first unlock, and is still the same item', async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);
  const sha256 = await sha256Hex(bytes.buffer);
  const head = { seq: 1, kind: 'stop.skip' as const, case_id: 'k1', schema: 1, occurred_at: '2026-11-24T10:00:00.000Z', clock_offset_ms: null, answered_at: null, receipt_id: null };
  // Without `wire` and `code`, as it was written then.
  await store.put('outbox', { ...head, id: 'old', state: 'sending', answer: null, sealed: { form: 0, plain: act } } as never);
  await store.put('drafts', { key: 'visit:k1', changed_at: '', sealed: { form: 0, plain: { note: NOTE } } });
  await store.put('photo_bytes', { sha256, sealed: { form: 0, plain: bytes.buffer } } as never);
  expect(await hasOld(store)).toBe(true);
  await resealOld(store, new Date());
  expect(await hasOld(store)).toBe(false);
  expect(await dump()).not.toContain(NOTE);
  expect(await draftOf(store, 'visit:k1')).toEqual({ note: NOTE });
  expect((await allDone(store)).map((done) => done.act)).toEqual([act]);
  await flush();
  expect(stage.facts.get('old')).toMatchObject({ ...act, occurred_at: head.occurred_at });
});

it('an answer heard while open is kept with its detail', async () => {
  await record(store, { act, case_id: 'k1' }, new Date());
  await flush();
  const [row] = await store.getAll('outbox');
  if (row === undefined || row.answer === null) throw new Error('no answer was kept');
  expect(await open(row.answer)).toMatchObject({ status: 'accepted' });
});
