/**
 * How is something sealed so that only the server can open it? The twin of backend/kernel/boxes.py.
 *
 * A fresh AES key goes into an envelope: an ephemeral X25519 key, HKDF-SHA-256 over both public keys, AES-256-GCM.
 * Whoever holds the phone, the service worker and this app included, cannot open it again.
 */
import { fromBase64, toBase64 } from '@/lib/hash';

/** A public key of the server, as GET /v1/sync/keys names it. */
export interface BoxKey {
  readonly key_id: string;
  readonly public_key: string;
}

/** All but `box_key_id` is base64. */
export interface Wrapped {
  readonly box_key_id: string;
  readonly epk: string;
  readonly iv: string;
  readonly wrapped: string;
}

/** A key to seal under, and the envelope that takes it to the server. */
export interface Boxed {
  readonly key: CryptoKey;
  readonly envelope: Wrapped;
}

function together(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether this browser knows X25519 (Chrome 133, Firefox 130, Safari 17). */
export async function canBox(): Promise<boolean> {
  try {
    await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return false;
    throw error;
  }
}

/** Makes a key and its envelope; `info` names the purpose, `boundTo` what it is made for, as the server will ask. */
export async function boxed(box: BoxKey, info: string, boundTo: string): Promise<Boxed> {
  const publicBytes = fromBase64(box.public_key);
  const theirs = await crypto.subtle.importKey('raw', publicBytes, { name: 'X25519' }, false, []);
  const pair = (await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits'])) as CryptoKeyPair;
  const epk = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: 'X25519', public: theirs }, pair.privateKey, 256);
  const text = new TextEncoder();
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: together(epk, publicBytes), info: text.encode(info) };
  const root = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const wrapping = await crypto.subtle.deriveKey(hkdf, root, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapped = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: text.encode(boundTo) }, wrapping, raw);
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt']);
  raw.fill(0);
  return { key, envelope: { box_key_id: box.key_id, epk: toBase64(epk), iv: toBase64(iv), wrapped: toBase64(new Uint8Array(wrapped)) } };
}
