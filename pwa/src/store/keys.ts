/**
 * Is the phone open? The data key of whoever unlocked it, in the memory of this page and nowhere else.
 *
 * The service worker never holds it: what it does while the phone is locked needs no reading.
 */

/** Something sealed was to be read or written while the phone is locked. */
export class LockedError extends Error {
  constructor() {
    super('the phone is locked');
    this.name = 'LockedError';
  }
}

export const KEY_BYTES = 32;

let held: CryptoKey | undefined;

/** Opens reading and writing for this page; the raw bytes should not be kept by the caller. */
export async function holdDataKey(raw: Uint8Array<ArrayBuffer>): Promise<void> {
  held = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

export function dropDataKey(): void {
  held = undefined;
}

export function isOpen(): boolean {
  return held !== undefined;
}

/** The key in use; raises LockedError. */
export function dataKey(): CryptoKey {
  if (held === undefined) throw new LockedError();
  return held;
}

/** Fresh bytes of a data key, to be wrapped by a lock and then held. */
export function newKeyBytes(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}
