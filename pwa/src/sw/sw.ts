/**
 * What runs when no page is open: the kept files of the app, sending what waits, and push.
 *
 * It never keeps an answer of /v1: data live in the device's store, which only `sync` fills.
 */
import { flush, FLUSH_LOCK, FLUSH_TAG } from '@/sync/flush';

import { dropOldVersions, fromStore, isKeptPath, keep, keepLater } from './files';
import { openPath, show } from './notify';

declare const self: ServiceWorkerGlobalScope;

/** Background Sync is known to some browsers and not yet to the types. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

self.addEventListener('install', (event) => {
  event.waitUntil(keep());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOldVersions().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin || !isKeptPath(url.pathname)) return;
  event.respondWith(fromStore(event.request));
});

/** Sends what waits; a failed promise tells the browser to wake us again. */
async function flushAgainIfNeeded(): Promise<void> {
  const outcome = await flush();
  // Somebody else is sending just now, and may be closed in the middle of it.
  if (outcome === 'offline' || outcome === 'later' || outcome === 'busy') throw new Error(`not everything is sent: ${outcome}`);
}

self.addEventListener('sync', (event) => {
  const { tag, waitUntil } = event as SyncEvent;
  if (tag === FLUSH_TAG) waitUntil.call(event, flushAgainIfNeeded());
});

self.addEventListener('push', (event) => {
  // News mean that something changed here: fetch it while we are awake.
  event.waitUntil(Promise.all([show(event.data?.text() ?? ''), flush()]));
});

self.addEventListener('notificationclick', (event) => {
  event.waitUntil(openPath(event.notification));
});

/** Takes over only when nothing is on the way: the lock is held by whoever is sending. */
async function takeOver(): Promise<void> {
  await navigator.locks.request(FLUSH_LOCK, () => self.skipWaiting());
}

self.addEventListener('message', (event) => {
  const kind = (event.data as { kind?: unknown } | null)?.kind;
  if (kind === 'take-over') event.waitUntil(takeOver());
  if (kind === 'claim') event.waitUntil(self.clients.claim());
  if (kind === 'keep-later') event.waitUntil(keepLater());
});
