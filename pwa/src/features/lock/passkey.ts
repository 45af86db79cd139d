/**
 * What secret does a passkey give for this phone? The PRF extension of WebAuthn: 32 bytes that only this passkey can make,
 * after it has seen the finger, the face or the screen lock of its owner. The server never learns of it.
 */

type Bytes = Uint8Array<ArrayBuffer>;

const TIMEOUT_MS = 60_000;
const ALGORITHMS = [-7, -257] as const;

/** Known to browsers, not all of it to the types. */
interface PrfResults {
  readonly prf?: { readonly enabled?: boolean; readonly results?: { readonly first?: ArrayBuffer } };
}

interface Capable {
  readonly getClientCapabilities?: () => Promise<Readonly<Record<string, boolean>>>;
}

/** Whether a passkey with such a secret may be offered; only making one tells for sure. */
export async function canPasskey(): Promise<boolean> {
  if (!('PublicKeyCredential' in window)) return false;
  const told = await (PublicKeyCredential as unknown as Capable).getClientCapabilities?.();
  if (told?.['extension:prf'] === false) return false;
  return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
}

/** Broken off, timed out, or not possible on this phone: all are the same refusal to the person. */
function isBrokenOff(error: unknown): boolean {
  return error instanceof DOMException && ['NotAllowedError', 'AbortError', 'NotSupportedError', 'InvalidStateError', 'SecurityError'].includes(error.name);
}

async function taken(work: Promise<Credential | null>): Promise<PublicKeyCredential | undefined> {
  try {
    const made = await work;
    return made instanceof PublicKeyCredential ? made : undefined;
  } catch (error) {
    if (isBrokenOff(error)) return undefined;
    throw error;
  }
}

/** Makes a passkey on this phone; undefined when it was broken off or gives no secret. */
export async function makeCredential(name: string): Promise<ArrayBuffer | undefined> {
  const made = await taken(navigator.credentials.create({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { name: 'Rounds' },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: { authenticatorAttachment: 'platform', residentKey: 'preferred', userVerification: 'required' },
      timeout: TIMEOUT_MS,
      extensions: { prf: {} },
    },
  }));
  if (made === undefined) return undefined;
  return (made.getClientExtensionResults() as PrfResults).prf?.enabled === true ? made.rawId : undefined;
}

/** The secret for this salt; undefined when it was broken off. */
export async function secretOf(credentialId: ArrayBuffer, salt: Bytes): Promise<Bytes | undefined> {
  const got = await taken(navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      allowCredentials: [{ type: 'public-key', id: credentialId }],
      userVerification: 'required',
      timeout: TIMEOUT_MS,
      extensions: { prf: { eval: { first: salt } } },
    },
  }));
  const first = (got?.getClientExtensionResults() as PrfResults | undefined)?.prf?.results?.first;
  return first === undefined ? undefined : new Uint8Array(first);
}
