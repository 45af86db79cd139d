/**
 * Do notices reach this phone while the app is closed? Web push, asked for by the person, kept true at each start.
 *
 * GET /v1/push/key {public_key: base64url of the uncompressed point}; PUT and DELETE /v1/push/subscription
 * {endpoint, p256dh, auth}. Many phones have no push service (no Google services, no network at that moment): then
 * `subscribe` may never settle, so it races a clock and the screen says that push is not set up.
 */
import { ask } from '@/api/http';
import { fromBase64, toBase64 } from '@/lib/hash';

/** unknown: not looked at yet. unable: no push here. off: possible. denied: the person or system said no. on: set up. */
export type PushState = 'unknown' | 'unable' | 'off' | 'denied' | 'on' | 'failed';

const SUBSCRIBE_TIMEOUT_MS = 10_000;

let current = $state.raw<PushState>('unknown');

export function pushState(): PushState {
  return current;
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
}

export function toBase64Url(bytes: ArrayBuffer): string {
  return toBase64(new Uint8Array(bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function isSameKey(subscription: PushSubscription, key: Uint8Array): boolean {
  const used = subscription.options.applicationServerKey;
  return used !== null && toBase64Url(used) === toBase64Url(Uint8Array.from(key).buffer);
}

function inTime<Value>(work: Promise<Value>): Promise<Value> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => { reject(new Error('the push service does not answer')); }, SUBSCRIBE_TIMEOUT_MS);
  });
  return Promise.race([work, late]);
}

/** Tells the server where to send; an old subscription under another key is given up first. */
async function subscribe(manager: PushManager): Promise<boolean> {
  const key = await ask<{ public_key: string }>({ method: 'GET', path: '/v1/push/key' });
  if (key.kind !== 'answered') return false;
  const applicationServerKey = fromBase64Url(key.body.public_key);
  const existing = await manager.getSubscription();
  if (existing !== null && !isSameKey(existing, applicationServerKey)) await existing.unsubscribe();
  const subscription = await inTime(manager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  const [p256dh, auth] = [subscription.getKey('p256dh'), subscription.getKey('auth')];
  if (p256dh === null || auth === null) return false;
  const json = { endpoint: subscription.endpoint, p256dh: toBase64Url(p256dh), auth: toBase64Url(auth) };
  return (await ask({ method: 'PUT', path: '/v1/push/subscription', json })).kind === 'answered';
}

async function managerHere(): Promise<PushManager | undefined> {
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !('Notification' in window)) return undefined;
  return (await navigator.serviceWorker.getRegistration())?.pushManager;
}

/** Sets push up; the first time the system asks the person, so call it from a tap. */
export async function setUpPush(): Promise<void> {
  const manager = await managerHere();
  if (manager === undefined) {
    current = 'unable';
    return;
  }
  if ((await Notification.requestPermission()) !== 'granted') {
    current = 'denied';
    return;
  }
  try {
    current = (await subscribe(manager)) ? 'on' : 'failed';
  } catch (error) {
    // No push service on this phone, or it is not reachable now: said on the screen, tried again at the next start.
    console.info('push is not set up', error);
    current = 'failed';
  }
}

/** At the start: renews what was set up before, quietly. */
export async function renewPush(): Promise<void> {
  const manager = await managerHere();
  if (manager === undefined) current = 'unable';
  else if (Notification.permission === 'denied') current = 'denied';
  else if (Notification.permission !== 'granted' || (await manager.getSubscription()) === null) current = 'off';
  else await setUpPush();
}

/** Before signing out: this phone gets no notices of somebody who has left. */
export async function endPush(): Promise<void> {
  const subscription = await (await managerHere())?.getSubscription();
  if (subscription === null || subscription === undefined) return;
  await ask({ method: 'DELETE', path: '/v1/push/subscription', json: { endpoint: subscription.endpoint } });
  await subscription.unsubscribe();
  current = 'off';
}
