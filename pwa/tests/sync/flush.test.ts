import 'fake-indexeddb/auto';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Act } from '@/api/types';
import { sha256Hex } from '@/lib/hash';
import { newId } from '@/lib/ids';
import { pulledCase } from '@/store/cases';
import { openExistingStore, type Store } from '@/store/database';
import { metaOf } from '@/store/meta';
import { allDone, counts, forgetSettled, photosOf, record, setAside } from '@/store/outbox';
import { keepPhotoBytes } from '@/store/photos';
import { flush } from '@/sync/flush';
import { pull } from '@/sync/pull';

import { freshStore, sampleCase, samplePage } from './samples';
import { openStage, type Stage } from './server';

let stage: Stage;
let store: Store;

beforeEach(async () => {
  stage = openStage();
  store = await freshStore();
  return () => { store.close(); };
});

const skip = (stop_id: string): Act => ({ kind: 'stop.skip', body: { stop_id, reason: 'no_time' } });
const did = (act: Act, case_id = 'k1'): Promise<string> => record(store, { act, case_id }, new Date());
const states = async (): Promise<string[]> => (await allDone(store)).map(({ row }) => row.state);

describe('push', () => {
  it('sends each thing once, in order, and keeps the receipt', async () => {
    const ids = [await did(skip('s1')), await did(skip('s2'))];
    expect(await flush()).toBe('done');
    expect([...stage.facts.keys()]).toEqual(ids);
    expect([...stage.facts.values()].map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await states()).toEqual(['accepted', 'accepted']);
    expect(await store.count('receipts')).toBe(1);
    await flush();
    expect(stage.asked.filter(({ path }) => path === '/v1/sync/push')).toHaveLength(1);
  });

  it('OF-4: sends again after a lost answer, under the same id', async () => {
    const id = await did(skip('s1'));
    stage.cut = 'after';
    expect(await flush()).toBe('offline');
    expect(await states()).toEqual(['saved']);
    stage.cut = 'none';
    expect(await flush()).toBe('done');
    expect([...stage.facts.keys()]).toEqual([id]);
    expect(await states()).toEqual(['accepted']);
  });

  it('sends again what a killed round left on the way', async () => {
    const id = await did(skip('s1'));
    const row = await store.get('outbox', id);
    if (row !== undefined) await store.put('outbox', { ...row, state: 'sending' });
    await flush();
    expect([...stage.facts.keys()]).toEqual([id]);
  });

  it('stops when the session has ended and keeps everything', async () => {
    await did(skip('s1'));
    stage.signedOut = true;
    expect(await flush()).toBe('sign_in');
    expect(await counts(store)).toMatchObject({ unsent: 1, needsYou: 0 });
  });

  it('says when the server does not take this phone, and keeps everything', async () => {
    await did(skip('s1'));
    stage.revoked = true;
    expect(await flush()).toBe('forbidden');
    expect(await counts(store)).toMatchObject({ unsent: 1, needsYou: 0 });
  });

  it('keeps a refused item with its reason and sends the others', async () => {
    await did(skip('bad'));
    await did(skip('s2'));
    stage.refuse = (mutation) => (mutation.kind === 'stop.skip' && mutation.body.stop_id === 'bad' ? 'stop.not_yours' : undefined);
    await flush();
    expect((await allDone(store)).map(({ row, answer }) => [row.state, answer?.code])).toEqual([['refused', 'stop.not_yours'], ['accepted', null]]);
    const [refused] = await allDone(store);
    await setAside(store, refused?.row.id ?? '');
    expect(await counts(store)).toMatchObject({ needsYou: 0 });
    expect(await forgetSettled(store, new Date())).toBe(0);
  });

  it('goes in batches of a hundred', async () => {
    for (let count = 0; count < 250; count += 1) await did(skip(String(count)));
    expect(await flush()).toBe('done');
    expect(stage.asked.filter(({ path }) => path === '/v1/sync/push')).toHaveLength(3);
    expect(stage.facts.size).toBe(250);
  });

  it('lets one round run at a time', async () => {
    await did(skip('s1'));
    expect((await Promise.all([flush(), flush()])).toSorted()).toEqual(['busy', 'done']);
    expect(stage.asked.filter(({ path }) => path === '/v1/sync/push')).toHaveLength(1);
  });

  it('deletes nothing before the receipt is a week old', async () => {
    await did(skip('s1'));
    const late = new Date('2027-01-01');
    expect(await forgetSettled(store, late)).toBe(0);
    await flush();
    expect(await forgetSettled(store, new Date('2026-11-30T00:00:00Z'))).toBe(0);
    expect(await forgetSettled(store, late)).toBe(1);
  });
});

describe('pull', () => {
  it('primes in pages and takes away what the prime does not name', async () => {
    stage.pages = [samplePage([sampleCase('old'), sampleCase('k1')])];
    await flush();
    stage.pages = ['gone', samplePage([sampleCase('k1')], { more: true }), samplePage([sampleCase('k2')])];
    await flush();
    expect(await store.getAllKeys('heads')).toEqual(['k1', 'k2']);
    expect(await pulledCase(store, 'old')).toBeUndefined();
  });

  it('keeps the outbox through a new prime', async () => {
    stage.pages = [samplePage([sampleCase('k1')])];
    await flush();
    await did(skip('s1'));
    stage.pages = ['gone', samplePage([])];
    await flush();
    expect(stage.facts.size).toBe(1);
    expect(await states()).toEqual(['accepted']);
  });

  /** Only the pull, as when the network fails in mid-push: the news come before the outbox is empty. */
  async function pullOnly(): Promise<void> {
    const db = await openExistingStore(store.name.replace('rounds-', ''));
    if (db === undefined) throw new Error('the store was not made');
    expect(await pull(db)).toBe('done');
    db.close();
  }

  it('a case taken away stays until its outbox is empty', async () => {
    stage.pages = [samplePage([sampleCase('k1'), sampleCase('k2')])];
    await flush();
    await did(skip('s1'), 'k1');
    const gone = [{ case_id: 'k1', reason: 'reassigned' }, { case_id: 'k2', reason: 'reassigned' }];
    stage.pages = [samplePage([], { is_prime: false, gone })];
    await pullOnly();
    expect((await store.getAll('heads')).map(({ id, leaving }) => [id, leaving])).toEqual([['k1', 'reassigned']]);
    await flush();
    expect(await store.count('heads')).toBe(0);
    expect(await store.count('cases')).toBe(0);
  });

  it('comes back for news that the server may tell only in a moment', async () => {
    stage.pages = [samplePage([], { is_prime: false, is_held_back: true })];
    expect(await flush()).toBe('behind');
    stage.pages = [samplePage([], { is_prime: false })];
    expect(await flush()).toBe('done');
  });

  it('an erased case goes at once, its unsent work stays', async () => {
    stage.pages = [samplePage([sampleCase('k1')])];
    await flush();
    await did(skip('s1'), 'k1');
    stage.pages = [samplePage([], { is_prime: false, gone: [{ case_id: 'k1', reason: 'erased' }] })];
    await pullOnly();
    expect(await store.count('heads')).toBe(0);
    expect(await states()).toEqual(['saved']);
  });

  it('learns how far the clock is off and says so with later facts', async () => {
    await flush();
    await did(skip('s1'));
    await flush();
    const [fact] = stage.facts.values();
    expect(fact?.clock_offset_ms).toBe(await metaOf(store, 'clock_offset_ms'));
    expect(typeof fact?.clock_offset_ms).toBe('number');
  });
});

describe('photos', () => {
  afterEach(() => { vi.restoreAllMocks(); });
  const bytes = Uint8Array.from({ length: 600_000 }, (_, index) => (index * 31) % 251);

  async function withPhoto(): Promise<{ mutation: string; sha256: string }> {
    // A line that takes no time: how much travels at once is then known.
    vi.spyOn(performance, 'now').mockReturnValue(0);
    const sha256 = await sha256Hex(bytes.buffer);
    await keepPhotoBytes(store, bytes.buffer.slice(0), new ArrayBuffer(8));
    const photos = [{ id: newId(), sha256, media_type: 'image/jpeg', size_bytes: bytes.length }];
    return { sha256, mutation: await record(store, { act: skip('s1'), case_id: 'k1', photos }, new Date()) };
  }

  it('go after their record, in chunks, byte for byte', async () => {
    const { sha256, mutation } = await withPhoto();
    expect(await flush()).toBe('done');
    expect(await sha256Hex(Uint8Array.from(stage.files.get(sha256) ?? []).buffer)).toBe(sha256);
    expect(stage.asked.filter(({ method }) => method === 'PATCH')).toHaveLength(4);
    expect((await photosOf(store, mutation)).map(({ state }) => state)).toEqual(['stored']);
  });

  it('OF-5: go on where the line broke, from what the server has', async () => {
    const { sha256 } = await withPhoto();
    stage.breakAfterBytes = 40_000;
    expect(await flush()).toBe('offline');
    stage.breakAfterBytes = undefined;
    expect(await flush()).toBe('done');
    const offsets = stage.asked.filter(({ method }) => method === 'PATCH').map(({ headers }) => Number(headers.get('Upload-Offset')));
    expect(offsets).toEqual([0, 40_000, 105_536, 367_680]);
    expect(await sha256Hex(Uint8Array.from(stage.files.get(sha256) ?? []).buffer)).toBe(sha256);
  });

  it('are not sent when the server has the same bytes already', async () => {
    const { sha256, mutation } = await withPhoto();
    stage.files.set(sha256, bytes);
    await flush();
    expect(stage.asked.filter(({ method }) => method === 'PATCH')).toHaveLength(0);
    expect((await photosOf(store, mutation)).map(({ state }) => state)).toEqual(['stored']);
  });

  it('wait while their record waits', async () => {
    const { mutation } = await withPhoto();
    stage.cut = 'before';
    await flush();
    expect((await photosOf(store, mutation)).map(({ state }) => state)).toEqual(['waiting']);
  });
});
