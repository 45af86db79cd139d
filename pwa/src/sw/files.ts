/** Which files of the app are on this phone, and which answer does a request get without network? */

declare const __VERSION__: string;
declare const __KEPT_NOW__: readonly string[];
declare const __KEPT_LATER__: readonly string[];

const PREFIX = 'rounds-files-';
const CURRENT = `${PREFIX}${__VERSION__}`;
const NOT_KEPT = /^\/(v1|schema|share|map)(\/|$)/;

/** Whether the worker answers for this path; data, uploads and map tiles go to the network (or to their own store). */
export function isKeptPath(path: string): boolean {
  return !NOT_KEPT.test(path);
}

/** Puts every file of a first visit into this version's store; fails as a whole when one is missing. */
export async function keep(): Promise<void> {
  const cache = await caches.open(CURRENT);
  await cache.addAll(__KEPT_NOW__.map((address) => new Request(address, { cache: 'reload' })));
}

/** Adds the big parts (map, desk), one by one, so that a bad network keeps what it got. */
export async function keepLater(): Promise<void> {
  const cache = await caches.open(CURRENT);
  for (const address of __KEPT_LATER__) {
    if ((await cache.match(address)) === undefined) await cache.add(address);
  }
}

/** Keeps this version and the one before it: an old tab may still ask for its own chunks. */
export async function dropOldVersions(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CURRENT);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

/** A path without a dot is a screen, and every screen is index.html. */
function isScreen(request: Request): boolean {
  return request.mode === 'navigate' || !new URL(request.url).pathname.includes('.');
}

/** The kept file, this version first; else the network; a screen is always index.html of this version. */
export async function fromStore(request: Request): Promise<Response> {
  const cache = await caches.open(CURRENT);
  const kept = await cache.match(isScreen(request) ? '/index.html' : request, { ignoreSearch: true });
  return kept ?? (await caches.match(request, { ignoreSearch: true })) ?? fetch(request);
}
