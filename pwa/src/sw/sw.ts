/**
 * What runs when no page is open: the kept files of the app, sending what waits, and push.
 *
 * It never keeps an answer of /v1: data live in the device's store, which only `sync` fills.
 */
import { isKeptPath, keep, keepLater, fromStore, dropOldVersions } from './files';

declare const self: ServiceWorkerGlobalScope;

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

/** Takes over only when nothing is on the way: the lock is held by whoever is sending. */
async function takeOver(): Promise<void> {
  await navigator.locks.request('rounds-flush', () => self.skipWaiting());
}

self.addEventListener('message', (event) => {
  const kind = (event.data as { kind?: unknown } | null)?.kind;
  if (kind === 'take-over') event.waitUntil(takeOver());
  if (kind === 'keep-later') event.waitUntil(keepLater());
});
