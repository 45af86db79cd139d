/** Did our server sign this receipt? Checked on the phone where the browser knows Ed25519. */
import { ask } from '@/api/http';
import type { Receipt } from '@/api/types';
import { fromBase64 } from '@/lib/hash';

interface Keys {
  readonly keys: readonly { readonly key_id: string; readonly public_key: string }[];
}

const known = new Map<string, CryptoKey>();

async function keyOf(keyId: string): Promise<CryptoKey | undefined> {
  if (!known.has(keyId)) {
    const reply = await ask<Keys>({ method: 'GET', path: '/v1/sync/keys' });
    if (reply.kind !== 'answered') return undefined;
    for (const { key_id, public_key } of reply.body.keys) {
      known.set(key_id, await crypto.subtle.importKey('raw', fromBase64(public_key), { name: 'Ed25519' }, false, ['verify']));
    }
  }
  return known.get(keyId);
}

/** Whether the signature holds; null when this browser cannot tell or the key could not be had. */
export async function isGenuine({ key_id, signed, signature }: Receipt): Promise<boolean | null> {
  try {
    const key = await keyOf(key_id);
    if (key === undefined) return null;
    return await crypto.subtle.verify({ name: 'Ed25519' }, key, fromBase64(signature), new TextEncoder().encode(signed));
  } catch (error) {
    // An older browser has no Ed25519; the receipt is kept and can be checked elsewhere.
    if (error instanceof DOMException && error.name === 'NotSupportedError') return null;
    throw error;
  }
}
