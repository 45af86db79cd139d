import 'fake-indexeddb/auto';

import { beforeEach, describe, expect, it } from 'vitest';

import type { Act, VisitRecord } from '@/api/types';
import { sha256Hex } from '@/lib/hash';
import { clearReadable, isEmptied } from '@/store/closing';
import type { Store } from '@/store/database';
import { keepLast, lastRow } from '@/store/device';
import { forgetSettled, photosOf, record, sendOriginalsNow } from '@/store/outbox';
import { parcelOf } from '@/store/photo_sealing';
import { keepParcel, keepPhotoBytes } from '@/store/photos';
import { rescueFile } from '@/store/rescue';
import { boxOf } from '@/store/sealing';
import { flush } from '@/sync/flush';

import { freshStore } from './samples';
import { openStage, type Stage } from './server';

const ID = '01936e00-0000-7000-8000-0000000000e1';
let stage: Stage;
let store: Store;

/** Over which network the phone says that it is; undefined: it does not say. */
function network(connection: { type?: string; saveData?: boolean } | undefined): void {
  Object.defineProperty(navigator, 'connection', { value: connection, configurable: true });
}

beforeEach(async () => {
  stage = openStage();
  store = await freshStore();
  return () => {
    network(undefined);
    store.close();
  };
});

const skip: Act = { kind: 'stop.skip', body: { stop_id: 's1', reason: 'no_time' } };
const bytesOf = (fill: number, size: number): ArrayBuffer => new Uint8Array(size).fill(fill).buffer;

/** A visit with a photo, of which the phone keeps the original. */
async function visited(originalBytes = 1000): Promise<{ mutation: string; copy: string; original: string }> {
  const [copyBytes, shot] = [bytesOf(1, 300), bytesOf(2, originalBytes)];
  const [copy, original] = [await sha256Hex(copyBytes), await sha256Hex(shot)];
  await keepPhotoBytes(store, copyBytes, bytesOf(3, 20));
  await keepParcel(store, await parcelOf(shot, (await boxOf(store))?.box), null);
  const files = [
    { id: ID, sha256: copy, media_type: 'image/jpeg', size_bytes: 300 },
    { id: `${ID}:original`, part: 'original' as const, sha256: original, media_type: 'image/jpeg', size_bytes: originalBytes },
  ];
  const body = { id: 'v1', result: 'NOT_HOME' } as unknown as VisitRecord;
  return { mutation: await record(store, { act: { kind: 'visit.record', body }, case_id: 'k1', photos: files }, new Date()), copy, original };
}

const states = async (mutation: string): Promise<string[]> => (await photosOf(store, mutation)).map(({ state }) => state);

describe('originals', () => {
  it.each([undefined, { type: 'cellular' }, { type: 'wifi', saveData: true }])('EV-1: wait while the network may cost something: %j', async (connection) => {
    network(connection);
    const { mutation, copy } = await visited();
    expect(await flush()).toBe('done');
    expect([...stage.files.keys()]).toEqual([copy]);
    expect(await states(mutation)).toEqual(['stored', 'later']);
    expect(await forgetSettled(store, new Date('2028-01-01'))).toBe(0);
  });

  it('EV-1: follow on Wi-Fi, whole, and leave nothing behind on the phone', async () => {
    network({ type: 'wifi' });
    const { mutation, copy, original } = await visited();
    expect(await flush()).toBe('done');
    expect([...stage.files.keys()]).toEqual([copy, original]);
    expect(stage.files.get(original)).toEqual(new Uint8Array(1000).fill(2));
    expect(await states(mutation)).toEqual(['stored', 'stored']);
    expect(await store.getAllKeys('photo_bytes')).toEqual([copy]);
  });

  it('EV-1: go over any network when the lender or the person wants them now', async () => {
    network(undefined);
    const one = await visited();
    await flush();
    await sendOriginalsNow(store);
    expect(await flush()).toBe('done');
    expect(stage.files.has(one.original)).toBe(true);
    stage.originals = 'always';
    const other = await visited(2000);
    expect(await flush()).toBe('done');
    expect(stage.files.has(other.original)).toBe(true);
  });

  it('EV-1: are let go of only after the server has heard that the lender wants none', async () => {
    stage.originals = 'never';
    const { mutation, original } = await visited();
    stage.cut = 'after';
    await flush();
    expect(await store.getKey('photo_bytes', original)).toBe(original);
    stage.cut = 'none';
    expect(await flush()).toBe('done');
    expect(stage.givenUp.at(-1)).toEqual({ evidence_ids: [ID], reason: 'policy' });
    expect(await states(mutation)).toEqual(['stored']);
    expect(await store.getKey('photo_bytes', original)).toBeUndefined();
  });

  it('EV-1: that the browser has lost one is told once, and never silently', async () => {
    network({ type: 'wifi' });
    const { original } = await visited();
    await store.delete('photo_bytes', original);
    await flush();
    await flush();
    expect(stage.givenUp).toEqual([{ evidence_ids: [ID], reason: 'lost' }]);
  });

  it('EV-1: one whose bytes went up for a record that was taken back has arrived', async () => {
    network({ type: 'wifi' });
    await visited();
    await flush();
    const body = { id: 'v2', result: 'NOT_HOME' } as unknown as VisitRecord;
    const [row] = (await store.getAll('photos')).filter(({ part }) => part === 'original');
    if (row === undefined) throw new Error('no original');
    const again = { id: '01936e00-0000-7000-8000-0000000000e2:original', part: 'original' as const, sha256: row.sha256, media_type: 'image/jpeg', size_bytes: row.size_bytes };
    const mutation = await record(store, { act: { kind: 'visit.record', body }, case_id: 'k1', photos: [again] }, new Date());
    await flush();
    expect([await states(mutation), stage.givenUp]).toEqual([['stored'], []]);
  });

  it('EV-1: a large one gives way to what was just done, and goes on from there', async () => {
    network({ type: 'wifi' });
    const { original } = await visited(600_000);
    const plain = globalThis.fetch;
    let hasDone = false;
    globalThis.fetch = async (input, init) => {
      const answer = await plain(input, init);
      if (init?.method === 'PATCH' && !hasDone && stage.files.size > 0) {
        hasDone = true;
        await record(store, { act: skip, case_id: '' }, new Date());
      }
      return answer;
    };
    expect(await flush()).toBe('behind');
    expect(stage.files.has(original)).toBe(false);
    expect(await flush()).toBe('done');
    expect(stage.facts.size).toBe(2);
    expect(stage.files.get(original)?.length).toBe(600_000);
  });

  it('EV-1: of a phone that is closed for good stay sealed, go over any network, and are in the rescue file', async () => {
    network(undefined);
    const { original } = await visited();
    await flush();
    const rescue = await rescueFile(store, 'test', new Date());
    expect(rescue.photos).toBe(1);
    expect(await rescue.file.text()).toContain(`{"id":"${ID}","sha256":"${original}"`);
    await clearReadable(store);
    expect(await isEmptied(store)).toBe(false);
    const last = await lastRow();
    if (last === undefined) throw new Error('nobody works here');
    await keepLast({ ...last, closed: 'pin' });
    await flush();
    expect(stage.files.has(original)).toBe(true);
    expect(await isEmptied(store)).toBe(true);
  });
});
