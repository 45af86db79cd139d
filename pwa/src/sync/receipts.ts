/** Did our server sign this receipt? Checked on the phone where the browser knows Ed25519. */
import type { Receipt } from '@/api/types';
import { fromBase64 } from '@/lib/hash';

import { signingKey } from './keys';

/** Whether the signature holds; null when this browser cannot tell or the key could not be had. */
export async function isGenuine({ key_id, signed, signature }: Receipt): Promise<boolean | null> {
  try {
    const key = await signingKey(key_id);
    if (key === undefined) return null;
    return await crypto.subtle.verify({ name: 'Ed25519' }, key, fromBase64(signature), new TextEncoder().encode(signed));
  } catch (error) {
    // An older browser has no Ed25519; the receipt is kept and can be checked elsewhere.
    if (error instanceof DOMException && error.name === 'NotSupportedError') return null;
    throw error;
  }
}
