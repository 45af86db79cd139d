/**
 * In what form does personal content lie on the phone? Every write of it passes here, and every read.
 *
 * Form 1 is AES-256-GCM under the data key (keys.ts), of JSON or of bytes. Form 0 is plain, as versions before the lock
 * wrote it; it is still read, and written again in form 1 when the phone is first unlocked (reseal.ts). The functions must
 * be called before a transaction is opened, because IndexedDB closes one that waits for anything else.
 */
import { dataKey } from './keys';

const IV_BYTES = 12;

interface Cipher {
  readonly form: 1;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

/** A value in the form in which it lies in the store. */
export type Sealed<Value> = { readonly form: 0; readonly plain: Value } | (Cipher & { readonly holds?: Value });

/** Bytes in the form in which they lie in the store. Never a Blob: some phones lose those. */
export type SealedBytes = { readonly form: 0; readonly plain: ArrayBuffer } | Cipher;

async function encrypt(bytes: BufferSource): Promise<Cipher> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { form: 1, iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, dataKey(), bytes) };
}

function decrypt({ iv, data }: Cipher): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv }, dataKey(), data);
}

/** Raises LockedError while the phone is locked. */
export async function seal<Value>(value: Value): Promise<Sealed<Value>> {
  return await encrypt(new TextEncoder().encode(JSON.stringify(value)));
}

/** Raises LockedError while the phone is locked. */
export async function open<Value>(sealed: Sealed<Value>): Promise<Value> {
  if (sealed.form === 0) return sealed.plain;
  // The shape is that of what was sealed; only this module writes it.
  return JSON.parse(new TextDecoder().decode(await decrypt(sealed))) as Value;
}

/** Many at once: a list of 5,000 must not become 5,000 turns of the event loop. */
export async function openAll<Value>(sealed: readonly Sealed<Value>[]): Promise<Value[]> {
  return await Promise.all(sealed.map(open));
}

export async function sealBytes(bytes: ArrayBuffer): Promise<SealedBytes> {
  return await encrypt(bytes);
}

export async function openBytes(sealed: SealedBytes): Promise<ArrayBuffer> {
  return sealed.form === 0 ? sealed.plain : await decrypt(sealed);
}
