/**
 * How does a photo lie here so that only the server can open it? The twin of backend/evidence/sealed.py: segments of
 * 64 KiB, each under AES-256-GCM with a nonce of prefix, number and "is last", so that none can be changed, left out,
 * moved or cut off unseen. The key is bound to the hash of the plain bytes, which the record names.
 */
import { sha256Hex, toBase64 } from '@/lib/hash';

import { boxed, type BoxKey } from './boxes';
import type { TravellingPhoto } from './schema';

export const SEGMENT_BYTES = 64 * 1024;
export const TAG_BYTES = 16;
const PREFIX_BYTES = 7;
/** 1 MiB on its way through the cipher. */
const AT_ONCE = 16;
const INFO = 'rounds photo key v1';

/** 7 random bytes of the photo, the number of the segment (big endian), 1 for the last. */
export function nonceOf(prefix: Uint8Array, segment: number, isLast: boolean): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(PREFIX_BYTES + 5);
  nonce.set(prefix);
  const view = new DataView(nonce.buffer);
  view.setUint32(PREFIX_BYTES, segment);
  view.setUint8(PREFIX_BYTES + 4, isLast ? 1 : 0);
  return nonce;
}

/** How many bytes travel for so many plain ones. */
export function sealedSize(plainBytes: number): number {
  return plainBytes + Math.ceil(plainBytes / SEGMENT_BYTES) * TAG_BYTES;
}

/** Seals a photo under a fresh key that only the server can take out of its envelope; `sha256` is that of the bytes, in hex. */
export async function sealPhoto(bytes: ArrayBuffer, sha256: string, box: BoxKey): Promise<TravellingPhoto> {
  const { key, envelope } = await boxed(box, INFO, sha256);
  const prefix = crypto.getRandomValues(new Uint8Array(PREFIX_BYTES));
  const whole = new Uint8Array(sealedSize(bytes.byteLength));
  const count = Math.ceil(bytes.byteLength / SEGMENT_BYTES);
  const sealOne = async (segment: number): Promise<void> => {
    const start = segment * SEGMENT_BYTES;
    const plain = new Uint8Array(bytes, start, Math.min(SEGMENT_BYTES, bytes.byteLength - start));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonceOf(prefix, segment, segment === count - 1) }, key, plain);
    whole.set(new Uint8Array(sealed), segment * (SEGMENT_BYTES + TAG_BYTES));
  };
  // Some at a time: one after the other, a slow phone waits longer for its turns than for the cipher.
  for (let first = 0; first < count; first += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, step) => sealOne(first + step)));
  }
  return { header: { ...envelope, prefix: toBase64(prefix), size: bytes.byteLength }, bytes: whole.buffer };
}

/** Bytes that are ready to be kept: sealed for the server, or plain while none of its keys is known. */
export interface Parcel {
  /** Of the plain bytes, in hex. */
  readonly sha256: string;
  readonly size_bytes: number;
  readonly wire: TravellingPhoto | null;
  readonly plain: ArrayBuffer | null;
}

/** Hashes bytes and makes them ready to be kept. */
export async function parcelOf(bytes: ArrayBuffer, box: BoxKey | undefined): Promise<Parcel> {
  const sha256 = await sha256Hex(bytes);
  const wire = box === undefined ? null : await sealPhoto(bytes, sha256, box);
  return { sha256, size_bytes: bytes.byteLength, wire, plain: wire === null ? bytes : null };
}
