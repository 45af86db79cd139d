/** Which public keys does the server have? Asked once, and again when a name is not known: to check and to seal with. */
import { ask } from '@/api/http';
import { fromBase64 } from '@/lib/hash';
import type { BoxKey } from '@/store/boxes';
import type { Store } from '@/store/database';
import { metaOf, setMeta } from '@/store/meta';

interface Keys {
  readonly keys: readonly BoxKey[];
  readonly box_keys: readonly BoxKey[];
}

const AGAIN_AFTER_MS = 6 * 3_600_000;

let heard: { readonly at_ms: number; readonly keys: Keys } | undefined;
const signing = new Map<string, CryptoKey>();

async function serverKeys(): Promise<Keys | undefined> {
  const reply = await ask<Keys>({ method: 'GET', path: '/v1/sync/keys' });
  if (reply.kind !== 'answered') return undefined;
  heard = { at_ms: Date.now(), keys: reply.body };
  return reply.body;
}

/** The key that signs receipts under this name; undefined when it could not be had. */
export async function signingKey(keyId: string): Promise<CryptoKey | undefined> {
  if (!signing.has(keyId)) {
    for (const { key_id, public_key } of (await serverKeys())?.keys ?? []) {
      signing.set(key_id, await crypto.subtle.importKey('raw', fromBase64(public_key), { name: 'Ed25519' }, false, ['verify']));
    }
  }
  return signing.get(keyId);
}

/** Keeps the newest key to seal with in the store; false when none is known. Asks only now and then. */
export async function learnBox(db: Store, deviceId: string): Promise<boolean> {
  const isFresh = heard !== undefined && Date.now() - heard.at_ms < AGAIN_AFTER_MS;
  const keys = isFresh ? heard?.keys : await serverKeys();
  const known = await metaOf(db, 'box');
  const newest = keys?.box_keys[0];
  if (newest !== undefined && newest.key_id !== known?.key_id) await setMeta(db, 'box', newest);
  if ((await metaOf(db, 'device_id')) !== deviceId) await setMeta(db, 'device_id', deviceId);
  return newest !== undefined || known !== undefined;
}
