import 'fake-indexeddb/auto';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { PhoneGate } from '@/api/types';
import { toBase64 } from '@/lib/hash';
import type { Store } from '@/store/database';
import { keptGate } from '@/store/gate';
import { metaOf, setMeta } from '@/store/meta';
import { askGate } from '@/sync/gate';

import { freshStore } from './samples';

const NOW = new Date('2026-11-25T08:00:00Z');
const TEXT = JSON.stringify({ packs: [], zones: {}, expires_at: '2026-11-28T08:00:00Z' });
let store: Store;
let bodies: unknown[];
let answer: PhoneGate | undefined;
let pair: CryptoKeyPair;
let keyName = 0;

async function signed(text: string, signedText = text): Promise<NonNullable<PhoneGate['law']>> {
  const bytes = await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, new TextEncoder().encode(signedText));
  return { law: 'a'.repeat(64), key_id: `k${String(keyName)}`, signed: text, signature: toBase64(new Uint8Array(bytes)) };
}

function gate(law: PhoneGate['law'], at = NOW): PhoneGate {
  const lease = { id: 'l1', budget: 'o1', person: 'obligor', channel: 'call' as const, since: NOW.toISOString(), until: '2026-11-25T20:00:00Z' };
  return { at: at.toISOString(), law, collector: {}, contacts: [], leases: [lease] };
}

beforeEach(async () => {
  store = await freshStore();
  bodies = [];
  keyName += 1;
  pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])) as CryptoKeyPair;
  const public_key = toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
  vi.stubGlobal('fetch', (path: string, init?: { readonly body?: string }) => {
    const isKeys = path === '/v1/sync/keys';
    if (!isKeys) bodies.push(JSON.parse(init?.body ?? '{}'));
    const body = isKeys ? { keys: [{ key_id: `k${String(keyName)}`, public_key }], box_keys: [] } : answer;
    if (body === undefined) return Promise.reject(new TypeError('no network'));
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } }));
  });
});
afterEach(() => { vi.unstubAllGlobals(); });

it('CO-1: keeps a law that the server signed, and says next time which one it has', async () => {
  answer = gate(await signed(TEXT));
  expect(await askGate(store, 'd1', NOW)).toBe('done');
  expect((await keptGate(store))?.law?.signed).toBe(TEXT);
  answer = gate(null, new Date(NOW.getTime() + 121_000));
  await askGate(store, 'd1', new Date(NOW.getTime() + 121_000));
  expect(bodies[1]).toMatchObject({ law: 'a'.repeat(64), law_expires_at: '2026-11-28T08:00:00.000Z', wants_leases: true, is_all_told: true });
  expect((await keptGate(store))?.law?.signed).toBe(TEXT);
});

it.each([
  ['a false signature', () => signed(TEXT, `${TEXT} `)],
  ['a law that this app does not understand in full', () => signed(JSON.stringify({ ...(JSON.parse(TEXT) as object), surprise: 1 }))],
  ['no text that could be read', () => signed('{')],
])('refuses %s: there is no law to judge by', async (_, make) => {
  answer = gate(await make());
  await askGate(store, 'd1', NOW);
  expect((await keptGate(store))?.law).toBeUndefined();
});

it('asks at most every two minutes, and keeps what it has when nobody answers', async () => {
  answer = gate(await signed(TEXT));
  await askGate(store, 'd1', NOW);
  await askGate(store, 'd1', new Date(NOW.getTime() + 119_000));
  expect(bodies).toHaveLength(1);
  answer = undefined;
  expect(await askGate(store, 'd1', new Date(NOW.getTime() + 121_000))).toBe('offline');
  expect((await keptGate(store))?.gate.leases).toHaveLength(1);
});

it('N2: off duty the leases are gone here before they are given back', async () => {
  answer = gate(await signed(TEXT));
  await askGate(store, 'd1', NOW);
  await setMeta(store, 'on_duty', false);
  answer = undefined;
  await askGate(store, 'd1', new Date(NOW.getTime() + 121_000));
  expect(bodies[1]).toMatchObject({ returned: ['l1'], wants_leases: false });
  expect((await keptGate(store))?.gate.leases).toEqual([]);
});

it('lies sealed, as all that is personal', async () => {
  answer = gate(await signed(TEXT));
  await askGate(store, 'd1', NOW);
  expect((await metaOf(store, 'gate'))?.sealed.form).toBe(1);
});
