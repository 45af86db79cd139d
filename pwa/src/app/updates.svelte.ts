/** Is a newer version of the app waiting, and may it take over? */
const CHECK_EVERY_MS = 60 * 60 * 1000;

const found = $state<{ waiting: ServiceWorker | undefined; later: boolean }>({ waiting: undefined, later: false });

/** Whether to ask the person about a new version. */
export function isUpdateReady(): boolean {
  return found.waiting !== undefined && !found.later;
}

export function updateLater(): void {
  found.later = true;
}

/** Lets the waiting worker take over; it does so only when nothing is being sent. The page then loads again by itself. */
export function useUpdate(): void {
  found.waiting?.postMessage({ kind: 'take-over' });
}

function watch(registration: ServiceWorkerRegistration): void {
  const see = (worker: ServiceWorker | null): void => {
    // Without a controller this is the first install, not an update.
    if (worker?.state === 'installed' && navigator.serviceWorker.controller !== null) found.waiting = worker;
  };
  see(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => { see(worker); });
  });
}

/** Asks the worker to keep the big parts too (the map), once the day's cases are here. */
export function keepLaterParts(): void {
  navigator.serviceWorker?.controller?.postMessage({ kind: 'keep-later' });
}

/** Registers the service worker of the built app, looks for new versions, and goes where a tapped push leads. */
export async function startUpdates(go: (path: string) => void): Promise<void> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  const hadController = navigator.serviceWorker.controller !== null;
  let reloading = false;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (!hadController || reloading) return;
    reloading = true;
    location.reload();
  });
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ kind?: unknown; path?: unknown } | null>) => {
    if (data?.kind === 'go' && typeof data.path === 'string') go(data.path);
  });
  const registration = await navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' });
  watch(registration);
  setInterval(() => {
    // Without network there is no newer version to find.
    if (navigator.onLine) registration.update().catch((error: unknown) => { console.info('no update check', error); });
  }, CHECK_EVERY_MS);
}
