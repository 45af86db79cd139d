/**
 * In what form does personal content lie on the phone? Every write of it passes here, and every read.
 *
 * For now the content is stored as it is (form 0). Sealing comes behind the same four functions; they are asynchronous
 * already and must be called before a transaction is opened, because IndexedDB closes one that waits for anything else.
 */

/** A value in the form in which it lies in the store. */
export interface Sealed<Value> {
  readonly form: 0;
  readonly plain: Value;
}

/** Bytes in the form in which they lie in the store. Never a Blob: some phones lose those. */
export interface SealedBytes {
  readonly form: 0;
  readonly plain: ArrayBuffer;
}

export function seal<Value>(value: Value): Promise<Sealed<Value>> {
  return Promise.resolve({ form: 0, plain: value });
}

export function open<Value>(sealed: Sealed<Value>): Promise<Value> {
  return Promise.resolve(sealed.plain);
}

/** Many at once: a list of 5,000 must not become 5,000 turns of the event loop. */
export function openAll<Value>(sealed: readonly Sealed<Value>[]): Promise<Value[]> {
  return Promise.resolve(sealed.map(({ plain }) => plain));
}

export function sealBytes(bytes: ArrayBuffer): Promise<SealedBytes> {
  return Promise.resolve({ form: 0, plain: bytes });
}

export function openBytes(sealed: SealedBytes): Promise<ArrayBuffer> {
  return Promise.resolve(sealed.plain);
}
