/**
 * Who works here now, and where is the store of that person?
 *
 * A person stays signed in on the phone until signing out, also when the server's session has ended meanwhile: then
 * everything can still be read and written, and only sending waits for a new sign-in.
 */
import { ask, type Reply } from '@/api/http';
import type { WhoAmI } from '@/api/types';
import { toBase64 } from '@/lib/hash';
import { eraseStore, openStore, type Store } from '@/store/database';
import { deviceOf, forgetPerson, keepPerson, knownDevice, lastPerson, type Device, type Person } from '@/store/device';
import { counts, forgetSettled } from '@/store/outbox';

interface Held {
  readonly person: Person;
  readonly store: Store;
}

let held = $state.raw<Held | undefined>(undefined);

/** Whether somebody is signed in on this phone. */
export function isSignedIn(): boolean {
  return held !== undefined;
}

/** Who is signed in; screens behind the sign-in may rely on it. */
export function person(): Person {
  if (held === undefined) throw new Error('nobody is signed in');
  return held.person;
}

/** The store of who is signed in. */
export function store(): Store {
  if (held === undefined) throw new Error('nobody is signed in');
  return held.store;
}

export function may(permission: string): boolean {
  return held?.person.permissions.includes(permission) ?? false;
}

async function enter(who: Person): Promise<void> {
  const opened = await openStore(who.user_id);
  await forgetSettled(opened, new Date());
  held?.store.close();
  held = { person: who, store: opened };
}

/** Noted when somebody signs out without network: the server's session is still to be ended. */
const LEFT_OFFLINE = 'rounds.left-offline';

async function endServerSession(): Promise<void> {
  const reply = await ask({ method: 'DELETE', path: '/v1/session' });
  if (reply.kind === 'unreached') localStorage.setItem(LEFT_OFFLINE, '1');
  else localStorage.removeItem(LEFT_OFFLINE);
}

/** Starts with whoever worked here last; needs no network. */
export async function startSession(): Promise<void> {
  const last = await lastPerson();
  if (last !== undefined) await enter(last);
  else if (localStorage.getItem(LEFT_OFFLINE) !== null) await endServerSession();
}

/** The answer of this device to a challenge of the server; undefined when it has never been registered here. */
async function proofOf(device: Device | undefined): Promise<{ device_id: string; proof: object } | undefined> {
  if (device === undefined) return undefined;
  const reply = await ask<{ nonce: string }>({ method: 'POST', path: `/v1/devices/${device.id}/challenge` });
  if (reply.kind !== 'answered') return undefined;
  const { nonce } = reply.body;
  const text = new TextEncoder().encode(`rounds sign-in\n${device.id}\n${nonce}`);
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, device.keys.privateKey, text);
  return { device_id: device.id, proof: { nonce, signature: toBase64(new Uint8Array(signature)) } };
}

/** A name for the list of devices that the lead sees. */
function deviceLabel(): string {
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(navigator.userAgent)?.[0] ?? 'browser';
  const browser = /Firefox|Edg|Chrome|Safari/.exec(navigator.userAgent)?.[0] ?? '';
  return `${system} ${browser}`.trim();
}

async function register(login: string): Promise<Reply<unknown>> {
  const device = await deviceOf(login);
  const spki = await crypto.subtle.exportKey('spki', device.keys.publicKey);
  const json = { id: device.id, label: deviceLabel(), public_key: toBase64(new Uint8Array(spki)) };
  return await ask({ method: 'POST', path: '/v1/devices', json });
}

/** After the server has let the person in: who is it, and is this device known? */
async function settleIn(): Promise<string | undefined> {
  const reply = await ask<WhoAmI>({ method: 'GET', path: '/v1/session' });
  if (reply.kind === 'unreached') return 'offline';
  if (reply.kind === 'refused') return reply.problem.code;
  const { user_id, login, name, role, permissions, zone, currency, device_id } = reply.body;
  if (device_id === null) {
    const registered = await register(login);
    if (registered.kind === 'unreached') return 'offline';
    if (registered.kind === 'refused') return registered.problem.code;
  }
  const who: Person = { user_id, login, name, role, permissions, zone, currency };
  await keepPerson(who);
  localStorage.removeItem(LEFT_OFFLINE);
  await enter(who);
  // Without this the browser may clear the store when the phone is full; some ask the person first.
  await navigator.storage?.persist?.();
  return undefined;
}

/** Signs in by name and password. Returns the code of what went wrong, or undefined. */
export async function signIn(typedLogin: string, password: string): Promise<string | undefined> {
  const login = typedLogin.trim().toLowerCase();
  const proof = await proofOf(await knownDevice(login));
  const json = { login, password, device_id: null, proof: null, ...proof };
  const reply = await ask({ method: 'POST', path: '/v1/session', json });
  if (reply.kind === 'unreached') return 'offline';
  if (reply.kind === 'refused') return reply.problem.code;
  return await settleIn();
}

/** Signs in by a one-time link. Returns the code of what went wrong, or undefined. */
export async function signInByLink(token: string): Promise<string | undefined> {
  const reply = await ask({ method: 'POST', path: '/v1/session/link', json: { token } });
  if (reply.kind === 'unreached') return 'offline';
  if (reply.kind === 'refused') return reply.problem.code;
  return await settleIn();
}

/** Signs out. With nothing unsent the store is erased; else it stays, closed, until the person comes back. */
export async function signOut(): Promise<void> {
  if (held === undefined) return;
  const { person: who, store: leaving } = held;
  const left = await counts(leaving);
  await endServerSession();
  await forgetPerson();
  held = undefined;
  leaving.close();
  if (left.unsent === 0 && left.photos === 0 && left.needsYou === 0) await eraseStore(who.user_id);
}
