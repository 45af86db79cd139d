/** What do the screens about signing in ask the server? */
import { ask, type Reply } from '@/api/http';
import type { components } from '@/api/schema';
import { createPasskey, fromBase64Url, type NewCredential } from '@/app/passkeys';

type Schemas = components['schemas'];

export type Factors = Schemas['FactorsView'];
export type Passkey = Schemas['PasskeyView'];
export type Seed = Schemas['TotpSeed'];
export type Owed = Schemas['Owed'];
export type Codes = Schemas['RecoveryCodes'];
export type User = Schemas['UserView'];
type Options = Schemas['PasskeyOptions'];

/** Something that may need the password first; null is tried before anybody is asked. */
export type Proven<Body> = (password: string | null) => Promise<Reply<Body>>;

export const getOwed = (): Promise<Reply<Owed>> => ask({ method: 'GET', path: '/v1/session/step' });
export const getFactors = (): Promise<Reply<Factors>> => ask({ method: 'GET', path: '/v1/factors' });
export const beginApp: Proven<Seed> = (password) => ask({ method: 'POST', path: '/v1/factors/totp', json: { password } });
export const confirmApp = (code: string): Promise<Reply<Codes>> => ask({ method: 'POST', path: '/v1/factors/totp/confirm', json: { code } });
export const removeApp: Proven<unknown> = (password) => ask({ method: 'POST', path: '/v1/factors/totp/remove', json: { password } });
export const renewCodes: Proven<Codes> = (password) => ask({ method: 'POST', path: '/v1/factors/recovery-codes', json: { password } });
export const passkeyOptions: Proven<Options> = (password) => ask({ method: 'POST', path: '/v1/factors/passkeys/options', json: { password } });
export const removePasskey = (id: string): Proven<unknown> => (password) => ask({ method: 'POST', path: `/v1/factors/passkeys/${id}/remove`, json: { password } });

/** Makes a passkey as the server wants it; undefined when it was broken off. */
export function makePasskey({ nonce, user_handle, user_name, exclude }: Options): Promise<NewCredential | undefined> {
  return createPasskey({
    nonce, handle: fromBase64Url(user_handle), name: user_name, exclude, attachment: undefined, residentKey: 'required', extensions: {},
  });
}

export function addPasskey({ made }: NewCredential, label: string): Promise<Reply<Codes>> {
  return ask({ method: 'POST', path: '/v1/factors/passkeys', json: { label, made } });
}

/** People in pages by id; at most this many pages are read. */
const PAGES_MAX = 20;

/** Everybody that the asker may see, by name. */
export async function allUsers(): Promise<Reply<readonly User[]>> {
  const found: User[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const reply: Reply<Schemas['UserPage']> = await ask({ method: 'GET', path: after === null ? '/v1/users' : `/v1/users?after=${after}` });
    if (reply.kind !== 'answered') return reply;
    found.push(...reply.body.users);
    after = reply.body.next;
    if (after === null) break;
  }
  return { kind: 'answered', body: found.toSorted((one, other) => one.name.localeCompare(other.name)), headers: new Headers(), status: 200 };
}

export const makeLink = (id: string): Promise<Reply<Schemas['Handover']>> => ask({ method: 'POST', path: `/v1/users/${id}/link` });
export const resetFactors = (id: string, reason: string): Promise<Reply<unknown>> => ask({ method: 'POST', path: `/v1/users/${id}/factors/reset`, json: { reason } });
