/**
 * How does the browser make a passkey and sign with one? What comes back is what the server reads (base64url, as WebAuthn's
 * own JSON has it); older browsers have no toJSON of their own.
 */
import type { components } from '@/api/schema';
import { toBase64 } from '@/lib/hash';

type Schemas = components['schemas'];
type Bytes = Uint8Array<ArrayBuffer>;

export type Made = Schemas['RegistrationMade'];
export type Assertion = Schemas['AssertionMade'];

const TIMEOUT_MS = 60_000;
const ALGORITHMS = [-7, -8, -257] as const;

export function toBase64Url(bytes: ArrayBuffer): string {
  return toBase64(new Uint8Array(bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function fromBase64Url(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}

/** Whether this browser knows passkeys at all. */
export function knowsPasskeys(): boolean {
  return 'PublicKeyCredential' in window;
}

const BROKEN_OFF: ReadonlySet<string> = new Set(['NotAllowedError', 'AbortError', 'NotSupportedError', 'InvalidStateError', 'SecurityError']);

/** Broken off, timed out, or not possible here: all are the same refusal to the person. */
async function taken(work: Promise<Credential | null>): Promise<PublicKeyCredential | undefined> {
  try {
    const made = await work;
    return made instanceof PublicKeyCredential ? made : undefined;
  } catch (error) {
    if (error instanceof DOMException && BROKEN_OFF.has(error.name)) return undefined;
    throw error;
  }
}

export interface Wanted {
  readonly nonce: string;
  readonly handle: Bytes;
  readonly name: string;
  readonly exclude: readonly string[];
  /** `platform` is the phone itself; undefined also takes a key ring or another phone. */
  readonly attachment: AuthenticatorAttachment | undefined;
  readonly residentKey: ResidentKeyRequirement;
  readonly extensions: AuthenticationExtensionsClientInputs;
}

export interface NewCredential {
  readonly credential: PublicKeyCredential;
  readonly made: Made;
}

/** Makes a passkey for this site; undefined when it was broken off. */
export async function createPasskey({ nonce, handle, name, exclude, attachment, residentKey, extensions }: Wanted): Promise<NewCredential | undefined> {
  const credential = await taken(navigator.credentials.create({
    publicKey: {
      challenge: new TextEncoder().encode(nonce),
      rp: { name: 'Rounds' },
      user: { id: handle, name, displayName: name },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: exclude.map((id) => ({ type: 'public-key', id: fromBase64Url(id) })),
      authenticatorSelection: { residentKey, userVerification: 'required', ...(attachment === undefined ? {} : { authenticatorAttachment: attachment }) },
      attestation: 'none',
      timeout: TIMEOUT_MS,
      extensions,
    },
  }));
  if (credential === undefined) return undefined;
  const response = credential.response as AuthenticatorAttestationResponse;
  const made = { id: toBase64Url(credential.rawId), client_data: toBase64Url(response.clientDataJSON), attestation: toBase64Url(response.attestationObject) };
  return { credential, made };
}

export interface Signed {
  readonly credential: PublicKeyCredential;
  readonly assertion: Assertion;
}

/** Signs a nonce with a passkey of this site, or with these; undefined when it was broken off. */
export async function signWithPasskey(nonce: string, allow: readonly ArrayBuffer[], extensions: AuthenticationExtensionsClientInputs): Promise<Signed | undefined> {
  const credential = await taken(navigator.credentials.get({
    publicKey: {
      challenge: new TextEncoder().encode(nonce),
      allowCredentials: allow.map((id) => ({ type: 'public-key', id })),
      userVerification: 'required',
      timeout: TIMEOUT_MS,
      extensions,
    },
  }));
  if (credential === undefined) return undefined;
  const response = credential.response as AuthenticatorAssertionResponse;
  const assertion = {
    id: toBase64Url(credential.rawId), client_data: toBase64Url(response.clientDataJSON),
    authenticator_data: toBase64Url(response.authenticatorData), signature: toBase64Url(response.signature),
  };
  return { credential, assertion };
}
