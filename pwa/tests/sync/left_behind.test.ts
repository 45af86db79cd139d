import 'fake-indexeddb/auto';

import { beforeEach, expect, it } from 'vitest';

import { isEmptied } from '@/store/closing';
import type { Store } from '@/store/database';
import { deviceOf, keepLast, lastRow, type LastRow } from '@/store/device';
import { setMeta } from '@/store/meta';
import { counts, record } from '@/store/outbox';
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

it('an ended session of a phone in service waits for its person', async () => {
  stage.signedOut = true;
  expect(await flush()).toBe('sign_in');
  expect(await counts(store)).toMatchObject({ unsent: 1 });
  expect(await store.count('heads')).toBe(1);
  expect(await lastRow()).toEqual(last);
});
