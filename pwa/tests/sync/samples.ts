/** A case, a page and a person for the tests of store and sync. */
import type { PhoneCase, PullAnswer } from '@/api/types';
import { openStore, type Store } from '@/store/database';
import { keepLast, lastRowOf, type Person } from '@/store/device';
import { holdDataKey, newKeyBytes } from '@/store/keys';
import { seal } from '@/store/codec';
import { setMeta } from '@/store/meta';

import { box } from './opening';
import { DEVICE } from './server';

export function sampleCase(id: string, changes: Partial<PhoneCase> = {}): PhoneCase {
  return {
    id, number: `C-${id}`, kind: 'personal', state: 'active', name: '王小明', is_company: false, search: '王小明 wangxiaoming wxm', language: 'zh-CN',
    zone: 'Asia/Shanghai', currency: 'CNY', overdue_minor: 824_000, balance_minor: 2_000_000, days_past_due: 92, bucket: 'M4', grade: null, score: 1,
    reasons: [], attempts: 0, last_attempt_at: null, door_address_id: null, accounts: [], parties: [], contacts: [], addresses: [], promises: [], history: [],
    facts: {}, ...changes,
  };
}

export function samplePage(cases: readonly PhoneCase[], changes: Partial<PullAnswer> = {}): PullAnswer {
  return { cursor: 'c1', more: false, is_held_back: false, is_prime: true, server_time: '2026-11-24T10:00:00Z', cases, gone: [], plan: null, notices: [], originals: 'wifi', ...changes };
}

let people = 0;

/** A fresh person with a store of his own, who has opened the lock of this phone. */
export async function freshStore(): Promise<Store> {
  people += 1;
  const user_id = `u${String(people)}`;
  const person: Person = { user_id, login: user_id, name: 'Lin', role: 'collector', permissions: ['sync.push', 'sync.pull'], zone: 'Asia/Shanghai', currency: 'CNY' };
  await holdDataKey(newKeyBytes());
  await keepLast(lastRowOf(person, DEVICE, await seal(person)));
  const store = await openStore(user_id);
  await setMeta(store, 'box', box);
  await setMeta(store, 'device_id', DEVICE);
  return store;
}
