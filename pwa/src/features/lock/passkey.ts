/**
 * What secret does a passkey give for this phone? The PRF extension of WebAuthn: 32 bytes that only this passkey can make,
 * after it has seen the finger, the face or the screen lock of its owner. The server never learns of it; it sees that the
 * passkey was there, by a signature.
 */
import { createPasskey, knowsPasskeys, signWithPasskey, type Assertion, type Made } from '@/app/passkeys';

type Bytes = Uint8Array<ArrayBuffer>;

/** Known to browsers, not all of it to the types. */
interface PrfResults {
  readonly prf?: { readonly enabled?: boolean; readonly results?: { readonly first?: ArrayBuffer } };
}

interface Capable {
  readonly getClientCapabilities?: () => Promise<Readonly<Record<string, boolean>>>;
}

/** Whether a passkey with such a secret may be offered; only making one tells for sure. */
export async function canPasskey(): Promise<boolean> {
  if (!knowsPasskeys()) return false;
  const told = await (PublicKeyCredential as unknown as Capable).getClientCapabilities?.();
  if (told?.['extension:prf'] === false) return false;
  return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
}

export interface PhonePasskey {
  readonly id: ArrayBuffer;
  readonly made: Made;
}

/** Makes a passkey on this phone; undefined when it was broken off or gives no secret. */
export async function makeCredential(name: string, nonce: string): Promise<PhonePasskey | undefined> {
  const found = await createPasskey({
    // A handle of its own, so that it does not take the place of the passkey that the person signs in with.
    nonce, name, handle: crypto.getRandomValues(new Uint8Array(16)), exclude: [], attachment: 'platform', residentKey: 'preferred', extensions: { prf: {} },
  });
  if (found === undefined) return undefined;
  const { credential, made } = found;
  return (credential.getClientExtensionResults() as PrfResults).prf?.enabled === true ? { id: credential.rawId, made } : undefined;
}

export interface Secret {
  readonly secret: Bytes;
  readonly assertion: Assertion;
}

/** The secret for this salt, and the signature over the nonce; undefined when it was broken off. */
export async function secretOf(credentialId: ArrayBuffer, salt: Bytes, nonce: string): Promise<Secret | undefined> {
  const got = await signWithPasskey(nonce, [credentialId], { prf: { eval: { first: salt } } });
  const first = (got?.credential.getClientExtensionResults() as PrfResults | undefined)?.prf?.results?.first;
  return got === undefined || first === undefined ? undefined : { secret: new Uint8Array(first), assertion: got.assertion };
}
