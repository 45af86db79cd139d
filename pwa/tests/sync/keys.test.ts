import 'fake-indexeddb/auto';

import { describe, expect, it } from 'vitest';

import { flush } from '@/sync/flush';

import { freshStore } from './samples';
import { openStage } from './server';

// In a file of its own: what was heard of the keys lies in the memory of the module.
describe('a phone that knows no key of the server yet', () => {
  it('hears that its session has ended, and that no network is there, each as such', async () => {
    const stage = openStage();
    const store = await freshStore();
    await store.delete('meta', 'box');
    stage.signedOut = true;
    expect(await flush()).toBe('sign_in');
    stage.signedOut = false;
    stage.cut = 'before';
    expect(await flush()).toBe('offline');
    stage.cut = 'none';
    expect(await flush()).toBe('done');
    store.close();
  });
});
