import 'fake-indexeddb/auto';

import { beforeEach, expect, it } from 'vitest';

import { sha256Hex } from '@/lib/hash';
import { newId } from '@/lib/ids';
import { isEmptied } from '@/store/closing';
import type { Store } from '@/store/database';
import { deviceOf, keepLast, lastRow, type LastRow } from '@/store/device';
import { setMeta } from '@/store/meta';
import { counts, record } from '@/store/outbox';
import { keepPhotoBytes } from '@/store/photos';
import { flush } from '@/sync/flush';

import { freshStore, sampleCase, samplePage } from './samples';
import { openStage, type Stage } from './server';

let stage: Stage;
let store: Store;
let last: LastRow;

beforeEach(async () => {
  stage = openStage();
  store = await freshStore();
  const device = await deviceOf(store.name);
  const row = await lastRow();
  if (row === undefined) throw new Error('nobody works here');
  last = { ...row, device_id: device.id };
  await keepLast(last);
  await setMeta(store, 'device_id', device.id);
  stage.pages = [samplePage([sampleCase('k1')])];
  await flush();
  await record(store, { act: { kind: 'stop.skip', body: { stop_id: 's1', reason: 'no_time' } }, case_id: 'k1' }, new Date());
  return () => { store.close(); };
});

it('OF-10: a revoked phone leaves what it has with the lead, and can read nothing from then on', async () => {
  stage.outOfService = true;
  expect(await flush()).toBe('revoked');
  expect(stage.facts.size).toBe(1);
  expect(await lastRow()).toMatchObject({ closed: 'revoked', who: null });
  expect(await store.count('heads')).toBe(0);
  expect(await counts(store)).toMatchObject({ unsent: 0 });
  // Known now: the next round does not try the session again.
  const before = stage.asked.length;
  expect(await flush()).toBe('revoked');
  expect(stage.asked).toHaveLength(before);
  expect(await isEmptied(store)).toBe(true);
});

async function kept(seed: number): Promise<string> {
  const bytes = new Uint8Array(1000).fill(seed);
  const sha256 = await sha256Hex(bytes.buffer);
  await keepPhotoBytes(store, bytes.buffer.slice(0), new ArrayBuffer(8));
  const photo = { id: newId(), sha256, media_type: 'image/jpeg', size_bytes: 1000 };
  await record(store, { act: { kind: 'stop.skip', body: { stop_id: `s${String(seed)}`, reason: 'no_time' } }, case_id: 'k1', photos: [photo] }, new Date());
  return sha256;
}

it('OF-10: its photos follow, and nothing is left on it', async () => {
  const photos = [await kept(1), await kept(2)];
  stage.outOfService = true;
  expect(await flush()).toBe('revoked');
  expect([...stage.files.keys()].toSorted()).toEqual(photos.toSorted());
  expect(await isEmptied(store)).toBe(true);
  expect(await store.count('photo_bytes')).toBe(0);
  const open = stage.asked.filter(({ headers }) => headers.has('X-Rounds-Left'));
  expect(open.every(({ path }) => path.startsWith('/v1/uploads'))).toBe(true);
});

it('a photo that no record names stays, sealed, and holds no other back', async () => {
  const [unnamed, named] = [await kept(3), await kept(4)];
  stage.unnamed.add(unnamed);
  stage.outOfService = true;
  expect(await flush()).toBe('revoked');
  expect([...stage.files.keys()]).toEqual([named]);
  expect(await store.getAllKeys('photo_bytes')).toEqual([unnamed]);
  expect(await isEmptied(store)).toBe(false);
});

it('an ended session of a phone in service waits for its person', async () => {
  stage.signedOut = true;
  expect(await flush()).toBe('sign_in');
  expect(await counts(store)).toMatchObject({ unsent: 1 });
  expect(await store.count('heads')).toBe(1);
  expect(await lastRow()).toEqual(last);
});
