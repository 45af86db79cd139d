/** Shows a push, and answers the tap on it. */
import { ownPath, shownFor } from './push_text';

declare const self: ServiceWorkerGlobalScope;

export async function show(body: string): Promise<void> {
  const { title, body: line, path, tag } = shownFor(body, self.location.origin);
  await self.registration.showNotification(title, { body: line, tag, icon: '/icon-192.png', badge: '/badge-96.png', data: { path } });
}

/** Brings an open window to the path, or opens one. */
export async function openPath(notification: Notification): Promise<void> {
  notification.close();
  const path = ownPath((notification.data as { path?: unknown } | null)?.path, self.location.origin);
  const [window] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (window === undefined) {
    await self.clients.openWindow(path);
    return;
  }
  await window.focus();
  // The page goes there itself, so that a draft on the screen is kept by its own rules.
  window.postMessage({ kind: 'go', path });
}
