/** When does the phone talk to the server, and what does the pill say about it? */
import { whenLocked } from '@/api/http';
import { delayMs } from '@/sync/backoff';
import { flush, FLUSH_TAG } from '@/sync/flush';
import type { Outcome } from '@/sync/outcome';

import { reportPlace } from './duty';
import { openAtServer, renewLease } from './lease';
import { behindLock, closeForGood, isCarrying, isUnlocked, lockNow } from './session.svelte';

/** While the app is looked at, news come at least this often. */
const WHILE_VISIBLE_MS = 60_000;
/** Another tab or the worker is sending: look again soon. */
const BUSY_MS = 3_000;

interface Talk {
  readonly outcome: Outcome | undefined;
  readonly isRunning: boolean;
  /** Since when nobody answers; undefined while somebody does. */
  readonly offlineSince: Date | undefined;
}

let talk = $state.raw<Talk>({ outcome: undefined, isRunning: false, offlineSince: undefined });
let failures = 0;
let isWanted = false;
let timer: ReturnType<typeof setTimeout> | undefined;

export function syncing(): Talk {
  return talk;
}

function again(delay: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => { kick(); }, delay);
}

function plan(outcome: Outcome): void {
  const isToTryAgain = outcome === 'offline' || outcome === 'later' || outcome === 'forbidden' || outcome === 'behind';
  failures = isToTryAgain ? failures + 1 : 0;
  if (isWanted) again(0);
  else if (failures > 0) again(delayMs(failures, Math.random()));
  else if (outcome === 'busy') again(BUSY_MS);
  else if (outcome === 'done' && document.visibilityState === 'visible') again(WHILE_VISIBLE_MS);
}

async function round(): Promise<void> {
  isWanted = false;
  const wasUnlocked = isUnlocked();
  talk = { ...talk, isRunning: true };
  const outcome = await flush();
  const offlineSince = outcome === 'offline' ? (talk.offlineSince ?? new Date()) : outcome === 'busy' ? talk.offlineSince : undefined;
  // A round that ran while the phone was locked has fetched nothing: it says nothing about news.
  talk = { outcome: wasUnlocked === isUnlocked() ? outcome : undefined, isRunning: false, offlineSince };
  plan(outcome);
  if (outcome === 'done') {
    await renewLease();
    await (await import('./gate/learn')).learnGate();
  }
  if (outcome === 'revoked' && behindLock()?.closed !== 'revoked') await closeForGood('revoked');
}

/** Starts a round now; one that is running is followed by another. */
export function kick(): void {
  // A caller or an administrator has nothing on this device to send or to fetch.
  if (!isCarrying()) return;
  isWanted = true;
  if (talk.isRunning) return;
  clearTimeout(timer);
  round().catch((error: unknown) => {
    talk = { ...talk, outcome: 'later', isRunning: false };
    plan('later');
    reportError(error);
  });
}

/** The lock was opened: news may come in from now on, and until they have, nothing is said about them. */
export function kickUnlocked(): void {
  talk = { ...talk, outcome: undefined };
  kick();
}

let isOpening = false;

/** The server lets nothing be read: what was proven in this page is shown to it, or the person is asked again. */
async function openAgain(): Promise<void> {
  if (isOpening || !isUnlocked()) return;
  isOpening = true;
  try {
    const ended = await openAtServer();
    if (ended === 'granted') {
      kick();
      // The place that was told when the phone was opened was not heard.
      reportPlace();
    }
    if (ended === 'refused') await lockNow();
  } finally {
    isOpening = false;
  }
}

/** Asks the browser to wake the service worker when there is a network, even if this page is gone by then. */
export async function askForWakeUp(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const manager = (registration as { sync?: { register: (tag: string) => Promise<void> } } | undefined)?.sync;
  try {
    await manager?.register(FLUSH_TAG);
  } catch (error) {
    // Not allowed or not known here: the rounds of the open page are enough.
    console.info('no wake-up', error);
  }
}

/** Runs rounds at the right moments for as long as the app is open. */
export function startSyncing(): () => void {
  const onOffline = (): void => { talk = { ...talk, offlineSince: talk.offlineSince ?? new Date() }; };
  const onVisible = (): void => { if (document.visibilityState === 'visible') kick(); };
  addEventListener('online', kick);
  addEventListener('offline', onOffline);
  document.addEventListener('visibilitychange', onVisible);
  whenLocked(() => { openAgain().catch((error: unknown) => { reportError(error); }); });
  if (!navigator.onLine) onOffline();
  kick();
  return () => {
    clearTimeout(timer);
    removeEventListener('online', kick);
    removeEventListener('offline', onOffline);
    document.removeEventListener('visibilitychange', onVisible);
  };
}
