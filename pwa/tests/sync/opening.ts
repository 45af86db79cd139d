/** What the server does with what the phone has sealed for it, with a key pair of its own: the twin of kernel/boxes.py. */
import type { PushRequest, SealedBody } from '@/api/types';
import { fromBase64, toBase64 } from '@/lib/hash';
import type { BoxKey, Wrapped } from '@/store/boxes';
import { nonceOf, SEGMENT_BYTES, TAG_BYTES } from '@/store/photo_sealing';
import type { SealedHeader } from '@/store/schema';

const text = new TextEncoder();
const pair = (await crypto.subtle.generateKey({ name: 'X25519' }, true, ['deriveBits'])) as CryptoKeyPair;
const publicBytes = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));

export const box: BoxKey = { key_id: '00112233aabbccdd', public_key: toBase64(publicBytes) };

async function taken({ epk, iv, wrapped }: Wrapped, info: string, boundTo: string): Promise<CryptoKey> {
  const theirs = await crypto.subtle.importKey('raw', fromBase64(epk), { name: 'X25519' }, false, []);
  const shared = await crypto.subtle.deriveBits({ name: 'X25519', public: theirs }, pair.privateKey, 256);
  const salt = Uint8Array.from([...fromBase64(epk), ...publicBytes]);
  const root = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info: text.encode(info) };
  const unwrapping = await crypto.subtle.deriveKey(hkdf, root, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
  const raw = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64(iv), additionalData: text.encode(boundTo) }, unwrapping, fromBase64(wrapped));
  return await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
}

function isSealed(body: unknown): body is SealedBody {
  return typeof body === 'object' && body !== null && 'sealed' in body;
}

/** The batch with its bodies open, as `backend/sync/sealed.py` hands it on. */
export async function openedRequest(request: PushRequest): Promise<PushRequest> {
  const keys = new Map(await Promise.all((request.envelopes ?? []).map(async (one) => [one.id, await taken(one, 'rounds outbox key v1', request.device_id)] as const)));
  const mutations = await Promise.all(request.mutations.map(async (mutation) => {
    if (!isSealed(mutation.body)) return mutation;
    const { envelope, iv, data } = mutation.body.sealed;
    const key = keys.get(envelope);
    if (key === undefined) throw new Error('a body without its envelope');
    const additionalData = text.encode(`${mutation.id}\n${mutation.kind}\n${String(mutation.schema)}`);
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64(iv), additionalData }, key, fromBase64(data));
    return { ...mutation, body: JSON.parse(new TextDecoder().decode(plain)) } as PushRequest['mutations'][number];
  }));
  return { ...request, mutations };
}

/** The plain bytes of an upload; fails when a segment was changed, moved, left out or cut off. */
export async function openedPhoto(header: SealedHeader, sha256: string, bytes: Uint8Array): Promise<Uint8Array> {
  const key = await taken(header, 'rounds photo key v1', sha256);
  const whole = new Uint8Array(header.size);
  const step = SEGMENT_BYTES + TAG_BYTES;
  const count = Math.ceil(bytes.length / step);
  for (let segment = 0; segment < count; segment += 1) {
    const iv = nonceOf(fromBase64(header.prefix), segment, segment === count - 1);
    const sealed = Uint8Array.from(bytes.subarray(segment * step, (segment + 1) * step));
    whole.set(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)), segment * SEGMENT_BYTES);
  }
  return whole;
}
