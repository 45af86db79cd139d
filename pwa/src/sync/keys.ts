/** Which public keys does the server have? Asked once, and again when a name is not known: to check and to seal with. */
import { ask, type Reply } from '@/api/http';
import { fromBase64 } from '@/lib/hash';
import type { BoxKey } from '@/store/boxes';
import type { Store } from '@/store/database';
import { metaOf, setMeta } from '@/store/meta';

import { outcomeOf, type Outcome } from './outcome';

interface Keys {
  readonly keys: readonly BoxKey[];
  readonly box_keys: readonly BoxKey[];
}

const AGAIN_AFTER_MS = 6 * 3_600_000;

let heard: { readonly at_ms: number; readonly keys: Keys } | undefined;
const signing = new Map<string, CryptoKey>();

async function serverKeys(): Promise<Reply<Keys>> {
  const reply = await ask<Keys>({ method: 'GET', path: '/v1/sync/keys' });
  if (reply.kind === 'answered') heard = { at_ms: Date.now(), keys: reply.body };
  return reply;
}

/** The key that signs receipts under this name; undefined when it could not be had. */
export async function signingKey(keyId: string): Promise<CryptoKey | undefined> {
  if (!signing.has(keyId)) {
    const reply = await serverKeys();
    for (const { key_id, public_key } of reply.kind === 'answered' ? reply.body.keys : []) {
      signing.set(key_id, await crypto.subtle.importKey('raw', fromBase64(public_key), { name: 'Ed25519' }, false, ['verify']));
    }
  }
  return signing.get(keyId);
}

/**
 * Keeps the newest key to seal with in the store; asks only now and then. A phone that knows one does not wait for news;
 * one that knows none must hear why it got none: that the session has ended is told as such, not as a missing network.
 */
export async function learnBox(db: Store, deviceId: string): Promise<Outcome> {
  if (heard === undefined || Date.now() - heard.at_ms >= AGAIN_AFTER_MS) {
    const reply = await serverKeys();
    if (reply.kind !== 'answered' && (await metaOf(db, 'box')) === undefined) return reply.kind === 'refused' ? outcomeOf(reply.status) : 'offline';
  }
  const known = await metaOf(db, 'box');
  const newest = heard?.keys.box_keys[0];
  if (newest !== undefined && newest.key_id !== known?.key_id) await setMeta(db, 'box', newest);
  if ((await metaOf(db, 'device_id')) !== deviceId) await setMeta(db, 'device_id', deviceId);
  return newest !== undefined || known !== undefined ? 'done' : 'later';
}
