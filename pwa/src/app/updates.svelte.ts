/** Is a newer version of the app waiting, and may it take over? */
const CHECK_EVERY_MS = 60 * 60 * 1000;

const found = $state<{ waiting: ServiceWorker | undefined; later: boolean; isAsked: boolean }>({ waiting: undefined, later: false, isAsked: false });

/** Whether to ask the person about a new version. */
export function isUpdateReady(): boolean {
  return found.waiting !== undefined && !found.later;
}

export function updateLater(): void {
  found.later = true;
}

/** Lets the waiting worker take over; it does so only when nothing is being sent. The page then loads again by itself. */
export function useUpdate(): void {
  found.isAsked = true;
  found.waiting?.postMessage({ kind: 'take-over' });
}

function watch(registration: ServiceWorkerRegistration): void {
  const see = (worker: ServiceWorker | null): void => {
    // With none before it this is the first install, not an update.
    if (worker?.state === 'installed' && registration.active !== null) found.waiting = worker;
  };
  const follow = (): void => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => { see(worker); });
  };
  see(registration.waiting);
  follow();
  registration.addEventListener('updatefound', follow);
}

/**
 * Loads the page again when another version has taken over from the one that served it.
 *
 * The first worker of a phone takes over from nobody, and this page fits it. Later ones do not, however the page began.
 */
function loadAgainAfterUpdates(): void {
  let served = navigator.serviceWorker.controller;
  let isReloading = false;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    const isFirst = served === null && !found.isAsked;
    served = navigator.serviceWorker.controller;
    if (isFirst || isReloading) return;
    isReloading = true;
    location.reload();
  });
}

/** A page that loads while the first worker begins its work is overlooked by it, and would have no lazy part offline. */
async function bringUnderWorker(): Promise<void> {
  const { active } = await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller === null) active?.postMessage({ kind: 'claim' });
}

/** Asks the worker to keep the big parts too (the map), once the day's cases are here. */
export async function keepLaterParts(): Promise<void> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ kind: 'keep-later' });
}

/** Registers the service worker of the built app, looks for new versions, and goes where a tapped push leads. */
export async function startUpdates(go: (path: string) => void): Promise<void> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  loadAgainAfterUpdates();
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ kind?: unknown; path?: unknown } | null>) => {
    if (data?.kind === 'go' && typeof data.path === 'string') go(data.path);
  });
  const registration = await navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' });
  watch(registration);
  void bringUnderWorker();
  setInterval(() => {
    // Without network there is no newer version to find.
    if (navigator.onLine) registration.update().catch((error: unknown) => { console.info('no update check', error); });
  }, CHECK_EVERY_MS);
}
