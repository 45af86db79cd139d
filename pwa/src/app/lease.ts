/**
 * How long may this page keep the phone open, and what does it remember meanwhile? The server's half of the key, in memory
 * only, and the proof of the PIN, with which the server grants a longer time.
 */
import { ask, holdOpening } from '@/api/http';
import { fromBase64 } from '@/lib/hash';
import { isToRenew } from '@/rules/lease';
import { changeLease, type LeaseRow } from '@/store/device';

/** What the server says when it grants time; `share` only to who proved a PIN. `opening` lets this page read. */
export interface Granted {
  readonly share?: string;
  readonly opening: string;
  readonly lease_until: string;
  readonly may_start_cold: boolean;
}

interface Memory {
  readonly user_id: string;
  readonly device_id: string;
  /** Of a phone that a PIN opens: the half, and the proof that gets it. */
  readonly half: Uint8Array<ArrayBuffer> | undefined;
  readonly verifier: string | undefined;
  readonly until_ms: number;
  readonly length_ms: number;
  /** By a clock that nobody can set. */
  readonly granted_at: number;
}

let memory: Memory | undefined;

export function forgetLease(): void {
  memory = undefined;
  holdOpening(undefined);
}

/** Whether the time that the server granted has run out, by either clock. */
export function isLeaseOver(): boolean {
  if (memory === undefined) return false;
  return Date.now() >= memory.until_ms || performance.now() - memory.granted_at >= memory.length_ms;
}

/** The server's half for a person whose phone was open in this page; undefined when it must be asked for. */
export function halfInMemory(userId: string): Uint8Array<ArrayBuffer> | undefined {
  if (memory?.user_id !== userId || isLeaseOver()) return undefined;
  return memory.half;
}

/** The half for a cold start: encrypted under a key that the browser uses and does not give away. */
async function coldHalf(half: Uint8Array<ArrayBuffer>): Promise<LeaseRow['cold']> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { key, iv, share: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, half) };
}

/** The kept half of a phone that may start cold; undefined where there is none. */
export async function halfForColdStart({ cold }: LeaseRow): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (cold === null) return undefined;
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: cold.iv }, cold.key, cold.share));
}

export interface Holder {
  readonly user_id: string;
  readonly device_id: string;
  readonly verifier: string | undefined;
}

/** Takes what was granted into memory, and says how the lease is to be kept. */
export async function takeLease({ user_id, device_id, verifier }: Holder, granted: Granted): Promise<LeaseRow> {
  const now = Date.now();
  const half = granted.share === undefined ? undefined : fromBase64(granted.share);
  const until_ms = Date.parse(granted.lease_until);
  holdOpening(granted.opening);
  memory = { user_id, device_id, half, verifier, until_ms, length_ms: Math.max(0, until_ms - now), granted_at: performance.now() };
  const cold = half !== undefined && granted.may_start_cold ? await coldHalf(half) : null;
  return { user_id, until_ms, newest_ms: now, wrong_pins: 0, cold };
}

/** Goes on with a lease that was granted before, on a phone that was started without network. */
export function resumeLease({ user_id, device_id, verifier }: Holder, half: Uint8Array<ArrayBuffer> | undefined, lease: LeaseRow): void {
  memory = { user_id, device_id, half, verifier, until_ms: lease.until_ms, length_ms: Math.max(0, lease.until_ms - Date.now()), granted_at: performance.now() };
}

/** After a good round: asks for a longer time when half of it is over, and notes the latest moment seen. */
export async function renewLease(): Promise<void> {
  if (memory === undefined) return;
  const { user_id, device_id, verifier, length_ms } = memory;
  const now = Date.now();
  if (!isToRenew(memory, now, length_ms)) {
    await changeLease(user_id, (row) => ({ ...row, newest_ms: now }));
    return;
  }
  // Not granted: the phone stays open until the time is over, and locks then.
  await askAgain({ user_id, device_id, verifier });
}

/** The server knows the phone and does not take what was proven here. */
const NOT_OPENED: ReadonlySet<string> = new Set(['device.pin_wrong', 'device.pin_spent', 'device.no_lock', 'device.sign_in_again']);

/** Shows the server once more what was proven here. A passkey signs only in front of its person: that is at the lock. */
async function askAgain({ user_id, device_id, verifier }: Holder): Promise<'granted' | 'refused' | 'later'> {
  if (verifier === undefined) return 'refused';
  const reply = await ask<Granted>({ method: 'POST', path: `/v1/devices/${device_id}/unlock`, json: { verifier } });
  if (reply.kind === 'refused') return NOT_OPENED.has(reply.problem.code) ? 'refused' : 'later';
  if (reply.kind === 'unreached') return 'later';
  if (memory?.user_id !== user_id) return 'refused';
  const row = await takeLease({ user_id, device_id, verifier }, reply.body);
  await changeLease(user_id, () => row);
  return 'granted';
}

/**
 * The server will let nothing be read: the phone was opened without network, or the time is over. Where a PIN was typed in
 * this page it is shown to the server; `refused` when a person has to.
 */
export async function openAtServer(): Promise<'granted' | 'refused' | 'later'> {
  const ended = memory === undefined ? 'refused' : await askAgain(memory);
  if (ended === 'refused') forgetLease();
  return ended;
}
