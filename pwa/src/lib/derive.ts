/** What key does a PIN, or a passkey, lead to? PBKDF2 and HKDF with SHA-256 (RFC 8018, RFC 5869), then AES-256-GCM around it. */

const ROUNDS = 600_000;
const BITS = 256;

type Bytes = Uint8Array<ArrayBuffer>;

/** Slow on purpose: 32 bytes that stand for the PIN. */
export async function pinRoot(pin: string, salt: Bytes): Promise<Bytes> {
  const typed = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }, typed, BITS));
}

/** 32 bytes for one purpose. */
export async function derive(secret: Bytes, salt: Bytes, purpose: string): Promise<Bytes> {
  const root = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode(purpose) };
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf, root, BITS));
}

export interface WrappedKey {
  readonly iv: Bytes;
  readonly wrapped: ArrayBuffer;
}

async function wrapping(raw: Bytes): Promise<CryptoKey> {
  return await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

export async function wrapKey(key: Bytes, under: Bytes): Promise<WrappedKey> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, wrapped: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await wrapping(under), key) };
}

/** The key again; undefined when `under` is not the one it was wrapped with. */
export async function unwrapKey({ iv, wrapped }: WrappedKey, under: Bytes): Promise<Bytes | undefined> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, await wrapping(under), wrapped));
  } catch (error) {
    // How WebCrypto says that the tag does not fit: a wrong PIN.
    if (error instanceof DOMException && error.name === 'OperationError') return undefined;
    throw error;
  }
}
