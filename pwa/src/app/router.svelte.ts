/** Where is the person in the app? Real paths and the History API, so that push links and shared links work. */

export type Params = Readonly<Record<string, string>>;

export interface Route<Page> {
  readonly pattern: string;
  readonly page: Page;
}

export interface Match<Page> {
  readonly page: Page;
  readonly params: Params;
}

/** The first route whose pattern (`/cases/:id`) fits the path, with the values of its `:names`. */
export function matchOf<Page>(routes: readonly Route<Page>[], path: string): Match<Page> | undefined {
  const parts = path.split('/').filter(Boolean);
  for (const { pattern, page } of routes) {
    const wanted = pattern.split('/').filter(Boolean);
    if (wanted.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((want, index) => {
      const part = parts[index] ?? '';
      if (!want.startsWith(':')) return want === part;
      params[want.slice(1)] = decodeURIComponent(part);
      return true;
    });
    if (fits) return { page, params };
  }
  return undefined;
}

const place = $state({ path: '/', query: '', depth: 0 });

function read(): void {
  place.path = location.pathname;
  place.query = location.search;
  const state: unknown = history.state;
  place.depth = typeof state === 'number' ? state : 0;
}

export const here = {
  get path(): string {
    return place.path;
  },
  get query(): URLSearchParams {
    return new URLSearchParams(place.query);
  },
};

/** Opens a path; `replace` leaves no step to come back to. */
export function go(path: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) history.replaceState(place.depth, '', path);
  else history.pushState(place.depth + 1, '', path);
  read();
  if (!replace) window.scrollTo(0, 0);
}

/** One step back, or to `fallback` when the app was opened right here. */
export function back(fallback: string): void {
  if (place.depth > 0) history.back();
  else go(fallback, { replace: true });
}

/** Whether a click on this link is ours to handle: plain, same site, same window. */
function pathOf(event: MouseEvent): string | undefined {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return undefined;
  return link.pathname + link.search;
}

/** Listens to the browser; returns how to stop. */
export function startRouter(): () => void {
  const onClick = (event: MouseEvent): void => {
    const path = pathOf(event);
    if (path === undefined) return;
    event.preventDefault();
    go(path);
  };
  read();
  addEventListener('popstate', read);
  document.addEventListener('click', onClick);
  return () => {
    removeEventListener('popstate', read);
    document.removeEventListener('click', onClick);
  };
}
