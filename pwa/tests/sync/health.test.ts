import 'fake-indexeddb/auto';

import { beforeEach, describe, expect, it } from 'vitest';

import type { Store } from '@/store/database';
import { record } from '@/store/outbox';
import { flush } from '@/sync/flush';
import { healthHeader } from '@/sync/health';

import { freshStore } from './samples';
import { openStage, type Stage } from './server';

let stage: Stage;
let store: Store;

beforeEach(async () => {
  stage = openStage();
  store = await freshStore();
  return () => { store.close(); };
});

const did = (at: Date): Promise<string> => record(store, { act: { kind: 'stop.skip', body: { stop_id: 's1', reason: 'no_time' } }, case_id: 'k1' }, at);
const read = (header: string | null): Record<string, unknown> => JSON.parse(header ?? '{}') as Record<string, unknown>;

describe('AD-9: what a phone says of itself', () => {
  it('counts what is not sent and since when, less what this request carries', async () => {
    const [early, late] = [new Date('2026-11-25T01:00:00Z'), new Date('2026-11-25T02:00:00Z')];
    const first = await did(early);
    await did(late);
    expect(read((await healthHeader(store))['X-Rounds-Health'] ?? null)).toMatchObject({ unsent_items: 2, unsent_photos: 0, oldest_unsent_at: early.toISOString() });
    expect(read((await healthHeader(store, new Set([first])))['X-Rounds-Health'] ?? null)).toMatchObject({ unsent_items: 1, oldest_unsent_at: late.toISOString() });
  });

  it('goes with each push and pull, without a request of its own', async () => {
    await did(new Date());
    expect(await flush()).toBe('done');
    const told = stage.asked.filter(({ headers }) => headers.has('X-Rounds-Health'));
    expect(told.map(({ path }) => path.split('?')[0])).toEqual(['/v1/sync/push', '/v1/sync/pull']);
    expect(told.map(({ headers }) => read(headers.get('X-Rounds-Health'))['unsent_items'])).toEqual([0, 0]);
    expect(stage.asked.some(({ path }) => path.includes('phones') || path.includes('health'))).toBe(false);
  });

  it('is short, and says nothing where the browser does not tell', async () => {
    const header = (await healthHeader(store))['X-Rounds-Health'] ?? '';
    expect(header.length).toBeLessThan(600);
    expect(read(header)).toMatchObject({ used_bytes: null, is_persistent: null, lock_method: 'none', push: 'unsupported', oldest_unsent_at: null });
  });
});
