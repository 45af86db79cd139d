/**
 * What does a push say on the lock screen, and where does a tap lead?
 *
 * The body is the JSON of declarative web push, which some systems show without us. It never carries a name and a debt.
 */

export interface Shown {
  readonly title: string;
  readonly body: string;
  readonly path: string;
  readonly tag: string;
}

/** Shown when a push has no text: every push must show something, or the browser takes the right away. */
const GENERAL: Shown = { title: 'Rounds · 外访', body: '有新消息 · There is news', path: '/inbox', tag: 'general' };

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** Only a path of this site; anything else leads to the inbox. */
export function ownPath(address: unknown, origin: string): string {
  if (typeof address !== 'string' || !URL.canParse(address, origin)) return GENERAL.path;
  const url = new URL(address, origin);
  return url.origin === origin ? url.pathname + url.search : GENERAL.path;
}

/** What to show for the bytes of a push. */
export function shownFor(body: string, origin: string): Shown {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    // Not our JSON: still show that there is news.
    return GENERAL;
  }
  const wanted = (read as { notification?: Record<string, unknown> } | null)?.notification;
  if (wanted === undefined) return GENERAL;
  return {
    title: text(wanted['title'], GENERAL.title),
    body: text(wanted['body'], GENERAL.body),
    path: ownPath(wanted['navigate'], origin),
    tag: text(wanted['tag'], GENERAL.tag),
  };
}
