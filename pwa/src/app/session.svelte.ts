/**
 * Who works here now, and may what is on the phone be read?
 *
 * A person stays signed in on the phone until signing out, also when the server's session has ended meanwhile: then
 * everything can still be read and written, and only sending waits for a new sign-in. The phone of somebody who carries
 * cases is locked besides: what is on it is read only after the PIN or passkey (features/lock).
 */
import { ask, type Reply } from '@/api/http';
import type { WhoAmI } from '@/api/types';
import { toBase64 } from '@/lib/hash';
import { clearReadable, closeStore, hasOld, isEmptied, resealAnswers, resealOld } from '@/store/closing';
import { open, seal } from '@/store/codec';
import { eraseStore, openStore, type Store } from '@/store/database';
import {
  destroyLocks, deviceOf, forgetLast, keepLast, knownDevice, lastRow, lastRowOf, locksOf, type Device, type LastRow, type Person,
} from '@/store/device';
import { dropDataKey, holdDataKey, isOpen } from '@/store/keys';
import { setMeta } from '@/store/meta';
import { forgetSettled } from '@/store/outbox';
import { dropOutboxKey } from '@/store/sealing';
import { FLUSH_LOCK } from '@/sync/flush';

import { forgetLease } from './lease';
import { owe } from './owing.svelte';

interface Held {
  readonly person: Person;
  readonly device_id: string;
  readonly store: Store;
  /** Whether what is sealed can be read and written; desks work without. */
  readonly isUnlocked: boolean;
}

let held = $state.raw<Held | undefined>(undefined);
/** Somebody works here, and the phone is locked, or closed for good. */
let shut = $state.raw<LastRow | undefined>(undefined);
/** Signed in while the phone was locked: written down when it opens. */
let arriving: Person | undefined;

/** Whether somebody is signed in on this phone, and it is not locked. */
export function isSignedIn(): boolean {
  return held !== undefined;
}

/** Whether the phone was opened by its lock. */
export function isUnlocked(): boolean {
  return held?.isUnlocked === true;
}

/** Who is behind the lock; undefined when nobody or when it is open. */
export function behindLock(): LastRow | undefined {
  return shut;
}

/** Whether there may be something to send or to fetch. */
export function isCarrying(): boolean {
  return shut?.carries === true || may('sync.push');
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

/** The number of this device, as the server knows it. */
export function deviceId(): string {
  if (held === undefined) throw new Error('nobody is signed in');
  return held.device_id;
}

export function may(permission: string): boolean {
  return held?.person.permissions.includes(permission) ?? false;
}

async function enter(who: Person, device_id: string): Promise<void> {
  const opened = await openStore(who.user_id);
  if (isOpen()) await tidy(opened);
  await forgetSettled(opened, new Date());
  held?.store.close();
  held = { person: who, device_id, store: opened, isUnlocked: isOpen() };
  shut = undefined;
}

/** Seals what a version before the lock left plain, while nothing is being sent. */
async function tidy(opened: Store): Promise<void> {
  await navigator.locks.request(FLUSH_LOCK, () => resealAnswers(opened));
  if (await hasOld(opened)) await navigator.locks.request(FLUSH_LOCK, () => resealOld(opened, new Date()));
}

/** The lock is open: with these bytes everything can be read. */
export async function openWith(dataKey: Uint8Array<ArrayBuffer>): Promise<void> {
  const row = shut;
  if (row === undefined) throw new Error('nothing is locked');
  await holdDataKey(dataKey);
  const who = arriving ?? (row.who === null ? undefined : await open(row.who));
  if (who === undefined) throw new Error('a closed phone cannot be opened');
  await keepLast(lastRowOf(who, row.device_id, await seal(who)));
  arriving = undefined;
  await enter(who, row.device_id);
}

/** A lock was made for who is signed in: from here on everything is sealed. What an older key had sealed is let go. */
export async function beginSealing(dataKey: Uint8Array<ArrayBuffer>): Promise<void> {
  if (held === undefined) throw new Error('nobody is signed in');
  const { person: who, device_id, store: opened } = held;
  await holdDataKey(dataKey);
  if (!(await hasOld(opened))) await clearReadable(opened);
  await tidy(opened);
  await keepLast(lastRowOf(who, device_id, await seal(who)));
  held = { ...held, isUnlocked: true };
}

function dropKeys(): void {
  dropDataKey();
  dropOutboxKey();
}

const LOCK_CHANNEL = 'rounds-lock';
/** A page hears its own words on another channel of the same name. */
const THIS_TAB = crypto.randomUUID();

/** Tells the other tabs that the phone was locked, closed or left here; `forgotten`: what they hold in memory opens nothing. */
export function lockOthers(why: 'locked' | 'forgotten' = 'locked'): void {
  const channel = new BroadcastChannel(LOCK_CHANNEL);
  channel.postMessage({ why, tab: THIS_TAB });
  channel.close();
}

/** Locks this tab when another one does; returns how to stop. */
export function followLock(): () => void {
  const channel = new BroadcastChannel(LOCK_CHANNEL);
  channel.addEventListener('message', ({ data }) => {
    const { why, tab } = data as { why: string; tab: string };
    if (tab === THIS_TAB) return;
    if (why === 'forgotten') forgetLease();
    lockThisTab().catch((error: unknown) => { reportError(error); });
  });
  return () => { channel.close(); };
}

/** Closes the phone, in all tabs, until the PIN or passkey. Sending goes on. */
export async function lockNow(): Promise<void> {
  await lockThisTab();
  lockOthers();
}

/** A tab out of sight for long locks by itself; the one that is looked at goes on. */
export async function lockThisTab(): Promise<void> {
  if (held === undefined || !held.isUnlocked) return;
  const row = await lastRow();
  const leaving = held?.store;
  shut = row;
  held = undefined;
  dropKeys();
  if (row === undefined || row.closed !== '') forgetLease();
  leaving?.close();
}

/** Ends reading on this phone until the next sign-in: the PIN was wrong too often, or the phone was revoked. */
export async function closeForGood(why: 'pin' | 'revoked'): Promise<void> {
  const row = await lastRow();
  if (row === undefined) return;
  const leaving = held?.store ?? (await openStore(row.user_id));
  held = undefined;
  arriving = undefined;
  dropKeys();
  forgetLease();
  shut = await closeStore(leaving, row, why);
  leaving.close();
  lockOthers();
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
  const last = await lastRow();
  if (last === undefined) {
    if (localStorage.getItem(LEFT_OFFLINE) !== null) await endServerSession();
    return;
  }
  const isLocked = (await locksOf(last.user_id)).length > 0;
  if (last.closed !== '' || isLocked) shut = last;
  else if (last.who?.form === 0) await enter(last.who.plain, last.device_id);
  // Sealed and without a lock: closing it was cut off half way.
  else await closeForGood('pin');
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

/** From when on the server wants a second factor first; null when it wants none. */
let enrolBy: string | null = null;

/** Whether a second factor must be set up before anything else is given. */
export function mustEnrol(): boolean {
  return enrolBy !== null && Date.parse(enrolBy) <= Date.now();
}

/** After the server has let the person in: who is it, and is this device known? */
async function settleIn(): Promise<string | undefined> {
  const reply = await ask<WhoAmI>({ method: 'GET', path: '/v1/session' });
  if (reply.kind === 'unreached') return 'offline';
  if (reply.kind === 'refused') return reply.problem.code;
  const { user_id, login, name, role, permissions, zone, currency, owes_code, enrol_by } = reply.body;
  // Until the second step is shown this session sends what waits here, and nothing of the person is taken in.
  if (owes_code) return 'identity.code_owed';
  enrolBy = enrol_by;
  owe(undefined);
  if (reply.body.device_id === null) {
    const registered = await register(login);
    if (registered.kind === 'unreached') return 'offline';
    if (registered.kind === 'refused') return registered.problem.code;
  }
  const device_id = reply.body.device_id ?? (await deviceOf(login)).id;
  localStorage.removeItem(LEFT_OFFLINE);
  await arrive({ user_id, login, name, role, permissions, zone, currency, has_watermark: reply.body.has_watermark }, device_id);
  // Without this the browser may clear the store when the phone is full; some ask the person first.
  await navigator.storage?.persist?.();
  return undefined;
}

/** The server has let the person in: straight on, or first through the lock that was made here. */
async function arrive(who: Person, device_id: string): Promise<void> {
  if (held?.isUnlocked === true && held.person.user_id === who.user_id) {
    await keepLast(lastRowOf(who, device_id, await seal(who)));
    held = { ...held, person: who, device_id };
    return;
  }
  dropKeys();
  const row = lastRowOf(who, device_id, { form: 0, plain: who });
  if ((await locksOf(who.user_id)).length > 0) {
    arriving = who;
    held?.store.close();
    held = undefined;
    // The row on the disk stays sealed, or is somebody else's until this person has opened the lock.
    shut = { ...row, who: null };
    return;
  }
  await keepLast(row);
  await enter(who, device_id);
  await setMeta(store(), 'device_id', device_id);
}

/** A phone that was closed ends its old session when all is sent: not in the middle of coming in with a new one. */
async function undisturbed<Result>(work: () => Promise<Result>): Promise<Result> {
  return (await lastRow())?.closed === 'pin' ? await navigator.locks.request(FLUSH_LOCK, work) : await work();
}

async function comeIn(path: string, json: object): Promise<string | undefined> {
  return await undisturbed(async () => {
    const reply = await ask({ method: 'POST', path, json });
    if (reply.kind === 'unreached') return 'offline';
    return reply.kind === 'refused' ? reply.problem.code : await settleIn();
  });
}

/** Signs in by name and password. Returns the code of what went wrong, or undefined. */
export async function signIn(typedLogin: string, password: string): Promise<string | undefined> {
  const login = typedLogin.trim().toLowerCase();
  const proof = await proofOf(await knownDevice(login));
  return await comeIn('/v1/session', { login, password, device_id: null, proof: null, ...proof });
}

/** Signs in by a one-time link. Returns the code of what went wrong, or undefined. */
export async function signInByLink(token: string): Promise<string | undefined> {
  return await comeIn('/v1/session/link', { token });
}

/** Signs in by what the company's provider gave. Returns the code of what went wrong, or undefined. */
export function signInByCompany(code: string, state: string): Promise<string | undefined> {
  return comeIn('/v1/session/company', { code, state });
}

/** What a passkey signs, taken where the server says; `passkey` when it was broken off. */
async function comeInByPasskey(path: string): Promise<string | undefined> {
  const asked = await ask<{ nonce: string }>({ method: 'POST', path: '/v1/session/passkey/challenge' });
  if (asked.kind === 'unreached') return 'offline';
  if (asked.kind === 'refused') return asked.problem.code;
  const { signWithPasskey } = await import('./passkeys');
  const got = await signWithPasskey(asked.body.nonce, [], {});
  return got === undefined ? 'passkey' : await comeIn(path, { assertion: got.assertion });
}

/** Signs in by a passkey. Returns the code of what went wrong, or undefined. */
export function signInByPasskey(): Promise<string | undefined> {
  return comeInByPasskey('/v1/session/passkey');
}

/** Shows the second step by a passkey. Returns the code of what went wrong, or undefined. */
export function showPasskey(): Promise<string | undefined> {
  return comeInByPasskey('/v1/session/step/passkey');
}

/** Shows the second step by a code. Returns the code of what went wrong, or undefined. */
export function showCode(code: string): Promise<string | undefined> {
  return comeIn('/v1/session/step', { code });
}

/** Signs out. What could be read is gone at once; with nothing unsent the whole store is, else it waits for the person. */
export async function signOut(): Promise<void> {
  const row = await lastRow();
  if (row === undefined) return;
  await destroyLocks(row.user_id);
  await endServerSession();
  await forgetLast();
  const leaving = held?.store ?? (await openStore(row.user_id));
  held = undefined;
  shut = undefined;
  arriving = undefined;
  dropKeys();
  forgetLease();
  lockOthers();
  await clearReadable(leaving);
  const isDone = await isEmptied(leaving);
  leaving.close();
  if (isDone) await eraseStore(row.user_id);
}
