/**
 * How is a lock made, and how is it opened? The data key lies wrapped under what the PIN leads to together with the
 * server's half of the key, or under what a passkey leads to.
 */
import { ask, hasOpening, type Reply } from '@/api/http';
import type { Assertion } from '@/app/passkeys';
import { forgetLease, halfForColdStart, halfInMemory, resumeLease, takeLease, type Granted, type Holder } from '@/app/lease';
import { beginSealing, closeForGood, deviceId, lockOthers, openWith, person, store } from '@/app/session.svelte';
import { derive, pinRoot, unwrapKey, wrapKey } from '@/lib/derive';
import { fromBase64, toBase64 } from '@/lib/hash';
import { leaseState } from '@/rules/lease';
import { PIN_TRIES } from '@/rules/pin';
import { canBox } from '@/store/boxes';
import { openExistingStore } from '@/store/database';
import { changeLease, keepLock, leaseOf, type LastRow, type LeaseRow, type LockRow } from '@/store/device';
import { newKeyBytes } from '@/store/keys';
import { counts } from '@/store/outbox';
import { learnBox } from '@/sync/keys';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * open: it is. wrong: so many tries are left. closed: there is nothing to open any more. needs_network: the server has to
 * be asked first, because the phone was started anew, the lease is over, or the clock was turned back. sign_in: the
 * server does not know this session. sign_in_again: only a new sign-in may choose a new way to open. not_taken: the person or the phone broke the passkey off. refused: by this code.
 */
export type Tried =
  | { readonly kind: 'open' | 'closed' | 'sign_in' | 'sign_in_again' | 'not_taken' | 'too_old' }
  | { readonly kind: 'wrong'; readonly left: number }
  | { readonly kind: 'needs_network'; readonly why: 'cold' | 'over' | 'clock_back' }
  | { readonly kind: 'refused'; readonly code: string };

const PIN_PURPOSE = 'rounds dk v1 pin';
const PRF_PURPOSE = 'rounds dk v1 prf';
const VERIFIER_PURPOSE = 'rounds pin verifier v1';

interface Proof {
  readonly root: Bytes;
  readonly verifier: string;
}

async function proofOf(pin: string, salt: Bytes): Promise<Proof> {
  const root = await pinRoot(pin, salt);
  return { root, verifier: toBase64(await derive(root, salt, VERIFIER_PURPOSE)) };
}

/** Both halves, one after the other, lead to the key that wraps the data key. */
function wrappingKey(root: Bytes, half: Bytes, salt: Bytes): Promise<Bytes> {
  const both = new Uint8Array(root.length + half.length);
  both.set(root);
  both.set(half, root.length);
  return derive(both, salt, PIN_PURPOSE);
}

const random = (): Bytes => crypto.getRandomValues(new Uint8Array(16));
const needsNetwork = (why: 'cold' | 'over' | 'clock_back'): Tried => ({ kind: 'needs_network', why });

/** What a refusal of the server means for the lock; a phone that was revoked, or whose tries are spent, is closed. */
async function refusedBy(reply: Exclude<Reply<Granted>, { kind: 'answered' }>, why: 'cold' | 'over' | 'clock_back'): Promise<Tried> {
  if (reply.kind === 'unreached') return needsNetwork(why);
  const { status, problem } = reply;
  if (problem.code === 'device.pin_wrong') return { kind: 'wrong', left: Number(problem.data['tries_left'] ?? 0) };
  if (problem.code === 'device.sign_in_again') return { kind: 'sign_in_again' };
  if (problem.code === 'device.pin_spent' || problem.code === 'device.no_lock') {
    await closeForGood('pin');
    return { kind: 'closed' };
  }
  if (problem.code === 'identity.device_revoked' || problem.code === 'device.revoked') {
    await closeForGood('revoked');
    return { kind: 'closed' };
  }
  return status === 401 ? { kind: 'sign_in' } : { kind: 'refused', code: problem.code };
}

/** A lock can be made only where the server can be reached, and the browser can seal for it. */
async function isReady(): Promise<Tried | undefined> {
  if (!(await canBox())) return { kind: 'too_old' };
  const outcome = await learnBox(store(), deviceId());
  if (outcome === 'sign_in') return { kind: 'sign_in' };
  return outcome === 'done' ? undefined : needsNetwork('cold');
}

async function keep(row: Omit<LockRow, 'user_id' | 'made_at'>, lease: LeaseRow, dataKey: Bytes): Promise<Tried> {
  await keepLock({ ...row, user_id: person().user_id, made_at: new Date().toISOString() }, lease);
  await beginSealing(dataKey);
  dataKey.fill(0);
  return { kind: 'open' };
}

/** Of the PIN that is being set: the same PIN typed again is then the same proof, should an answer be lost. */
let settingSalt = random();

/** Makes the lock of who is signed in, opened by a PIN. */
export async function makePin(pin: string): Promise<Tried> {
  const unready = await isReady();
  if (unready !== undefined) return unready;
  const [salt, dataKey, device_id] = [settingSalt, newKeyBytes(), deviceId()];
  const { root, verifier } = await proofOf(pin, salt);
  const reply = await ask<Granted>({ method: 'PUT', path: `/v1/devices/${device_id}/lock`, json: { verifier } });
  if (reply.kind !== 'answered') return await refusedBy(reply, 'cold');
  const lease = await takeLease({ user_id: person().user_id, device_id, verifier }, reply.body);
  const half = halfInMemory(person().user_id);
  if (half === undefined) return { kind: 'refused', code: 'malformed' };
  const wrapped = await wrapKey(dataKey, await wrappingKey(root, half, salt));
  settingSalt = random();
  return await keep({ method: 'pin', salt, ...wrapped, credential_id: null }, lease, dataKey);
}

/**
 * Another PIN for the same data. The server sees both proofs, makes a new half, and the old one is worth nothing; should
 * the phone die just then, it is closed, and a new sign-in begins again.
 */
export async function changePin(row: LockRow, oldPin: string, newPin: string): Promise<Tried> {
  const [{ user_id, salt: oldSalt }, device_id, salt] = [row, deviceId(), random()];
  const [old, fresh] = [await proofOf(oldPin, oldSalt), await proofOf(newPin, salt)];
  const opened = await ask<Granted>({ method: 'POST', path: `/v1/devices/${device_id}/unlock`, json: { verifier: old.verifier } });
  if (opened.kind !== 'answered') return await refusedBy(opened, 'cold');
  const dataKey = await unwrapKey(row, await wrappingKey(old.root, fromBase64(opened.body.share ?? ''), oldSalt));
  if (dataKey === undefined) return { kind: 'refused', code: 'malformed' };
  const json = { verifier: fresh.verifier, old_verifier: old.verifier };
  const reply = await ask<Granted>({ method: 'PUT', path: `/v1/devices/${device_id}/lock`, json });
  if (reply.kind !== 'answered') return await refusedBy(reply, 'cold');
  const lease = await takeLease({ user_id, device_id, verifier: fresh.verifier }, reply.body);
  const wrapped = await wrapKey(dataKey, await wrappingKey(fresh.root, fromBase64(reply.body.share ?? ''), salt));
  dataKey.fill(0);
  await keepLock({ ...row, salt, ...wrapped, made_at: new Date().toISOString() }, lease);
  lockOthers('forgotten');
  return { kind: 'open' };
}

/** Waited for before a passkey is asked for; without a nonce of the server it still opens what lies here. */
const NONCE_MS = 4_000;

/** A nonce that this phone's passkey may sign once; undefined when nobody answers soon. */
async function nonceOf(device_id: string): Promise<string | undefined> {
  const asked = ask<{ nonce: string }>({ method: 'POST', path: `/v1/devices/${device_id}/challenge` });
  const reply = await Promise.race([asked, new Promise<undefined>((resolve) => { setTimeout(() => { resolve(undefined); }, NONCE_MS); })]);
  return reply?.kind === 'answered' ? reply.body.nonce : undefined;
}

function askLease(device_id: string, assertion: Assertion): Promise<Reply<Granted>> {
  return ask<Granted>({ method: 'POST', path: `/v1/devices/${device_id}/lease`, json: { assertion } });
}

/** Makes the lock of who is signed in, opened by a passkey, which the server learns to know. */
export async function makePasskey(): Promise<Tried> {
  const unready = await isReady();
  if (unready !== undefined) return unready;
  const { makeCredential, secretOf } = await import('./passkey');
  const [salt, dataKey, device_id, user_id] = [random(), newKeyBytes(), deviceId(), person().user_id];
  const first = await nonceOf(device_id);
  if (first === undefined) return needsNetwork('cold');
  const credential = await makeCredential(person().name, first);
  if (credential === undefined) return { kind: 'not_taken' };
  const second = await nonceOf(device_id);
  if (second === undefined) return needsNetwork('cold');
  const got = await secretOf(credential.id, salt, second);
  if (got === undefined) return { kind: 'not_taken' };
  const json = { label: person().name, made: credential.made };
  const kept = await ask<Granted>({ method: 'PUT', path: `/v1/devices/${device_id}/passkey`, json });
  if (kept.kind !== 'answered') return await refusedBy(kept, 'cold');
  const reply = await askLease(device_id, got.assertion);
  if (reply.kind !== 'answered') return await refusedBy(reply, 'cold');
  const lease = await takeLease({ user_id, device_id, verifier: undefined }, reply.body);
  const wrapped = await wrapKey(dataKey, await derive(got.secret, salt, PRF_PURPOSE));
  return await keep({ method: 'prf', salt, ...wrapped, credential_id: credential.id }, lease, dataKey);
}

/** A wrong PIN that the server did not see is counted here; the eighth ends reading. */
async function countWrong(userId: string): Promise<Tried> {
  await changeLease(userId, (row) => ({ ...row, wrong_pins: row.wrong_pins + 1 }));
  const left = PIN_TRIES - ((await leaseOf(userId))?.wrong_pins ?? PIN_TRIES);
  if (left > 0) return { kind: 'wrong', left };
  await closeForGood('pin');
  return { kind: 'closed' };
}

async function rightPin(userId: string, dataKey: Bytes, lease: (row: LeaseRow) => LeaseRow): Promise<Tried> {
  await changeLease(userId, (row) => ({ ...lease(row), wrong_pins: 0, newest_ms: Date.now() }));
  await openWith(dataKey);
  dataKey.fill(0);
  return { kind: 'open' };
}

/** Asks the server for its half, which it gives to who proves the PIN. */
async function openThroughServer(holder: Holder, lock: LockRow, root: Bytes, why: 'cold' | 'over' | 'clock_back'): Promise<Tried> {
  const reply = await ask<Granted>({ method: 'POST', path: `/v1/devices/${holder.device_id}/unlock`, json: { verifier: holder.verifier } });
  if (reply.kind !== 'answered') return await refusedBy(reply, why);
  const lease = await takeLease(holder, reply.body);
  const half = halfInMemory(holder.user_id);
  const dataKey = half === undefined ? undefined : await unwrapKey(lock, await wrappingKey(root, half, lock.salt));
  if (dataKey !== undefined) return await rightPin(holder.user_id, dataKey, () => lease);
  // The server has made a new half since, and the old one is gone for ever.
  forgetLease();
  await closeForGood('pin');
  return { kind: 'closed' };
}

/** Opens the phone by its PIN: with the half in memory, the half kept for a cold start, or through the server. */
export async function openByPin(row: LastRow, lock: LockRow, pin: string): Promise<Tried> {
  const { user_id, device_id } = row;
  const lease = await leaseOf(user_id);
  const { root, verifier } = await proofOf(pin, lock.salt);
  const holder = { user_id, device_id, verifier };
  const inMemory = halfInMemory(user_id);
  const state = lease === undefined ? 'over' : leaseState(lease, Date.now());
  const kept = inMemory === undefined && lease !== undefined && state === 'good' ? await halfForColdStart(lease) : undefined;
  const half = inMemory ?? kept;
  if (half === undefined || lease === undefined) return await openThroughServer(holder, lock, root, state === 'good' ? 'cold' : state);
  const dataKey = await unwrapKey(lock, await wrappingKey(root, half, lock.salt));
  if (dataKey === undefined) return await countWrong(user_id);
  if (inMemory === undefined) resumeLease(holder, half, lease);
  return await rightPin(user_id, dataKey, (kept) => kept);
}

/** Opens the phone by its passkey; once the lease is over the server must say yes first. */
export async function openByPasskey(row: LastRow, lock: LockRow): Promise<Tried> {
  const { user_id, device_id } = row;
  const { secretOf } = await import('./passkey');
  const lease = await leaseOf(user_id);
  const state = lease === undefined ? 'over' : leaseState(lease, Date.now());
  const isOpened = lease !== undefined && state === 'good' && hasOpening();
  const nonce = isOpened || !navigator.onLine ? undefined : await nonceOf(device_id);
  const got = lock.credential_id === null ? undefined : await secretOf(lock.credential_id, lock.salt, nonce ?? crypto.randomUUID());
  const dataKey = got === undefined ? undefined : await unwrapKey(lock, await derive(got.secret, lock.salt, PRF_PURPOSE));
  if (got === undefined || dataKey === undefined) return { kind: 'not_taken' };
  if (isOpened) return await rightPin(user_id, dataKey, (kept) => kept);
  const holder = { user_id, device_id, verifier: undefined };
  const reply: Reply<Granted> = nonce === undefined ? { kind: 'unreached' } : await askLease(device_id, got.assertion);
  if (reply.kind === 'unreached' && lease !== undefined && state === 'good') {
    resumeLease(holder, undefined, lease);
    return await rightPin(user_id, dataKey, (kept) => kept);
  }
  if (reply.kind !== 'answered') return await refusedBy(reply, state === 'good' ? 'cold' : state);
  const renewed = await takeLease(holder, reply.body);
  return await rightPin(user_id, dataKey, () => renewed);
}

/** How many things of a locked phone still have to reach the server. */
export async function unsentOf(userId: string): Promise<number> {
  const db = await openExistingStore(userId);
  if (db === undefined) return 0;
  try {
    const { unsent, photos } = await counts(db);
    return unsent + photos;
  } finally {
    db.close();
  }
}
