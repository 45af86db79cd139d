/**
 * How does a desk screen hear at once that something changed? One stream of server-sent events for the whole page.
 *
 * It carries kinds, never data: who hears one asks again. While it is cut off nobody knows what happened, so the first
 * word after each opening is "resync".
 */

export type Hear = (kinds: ReadonlySet<string>) => void;

const KINDS = ['sync', 'assignment', 'plan', 'board', 'decision', 'queue', 'import', 'demo', 'line', 'robot', 'resync'] as const;
export type LiveKind = (typeof KINDS)[number];

/** What comes together is told together. */
const GATHER_MS = 120;
/** After an answer that was no stream (a session that ended, a server that restarts). */
const AGAIN_MS = 5000;

const listeners = new Set<Hear>();
const watchers = new Set<(isOpen: boolean) => void>();
let source: EventSource | undefined;
let heard = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

function tell(): void {
  timer = undefined;
  const kinds = heard;
  heard = new Set();
  for (const listener of listeners) listener(kinds);
}

function hear(kind: string): void {
  heard.add(kind);
  timer ??= setTimeout(tell, GATHER_MS);
}

function say(isOpen: boolean): void {
  for (const watcher of watchers) watcher(isOpen);
}

function open(): void {
  if (listeners.size === 0) return;
  const opened = new EventSource('/v1/live');
  source = opened;
  opened.addEventListener('open', () => { say(true); hear('resync'); });
  for (const kind of KINDS) opened.addEventListener(kind, () => { hear(kind); });
  opened.addEventListener('error', () => {
    say(false);
    // The browser comes back by itself unless the answer was no stream at all.
    if (opened.readyState === EventSource.CLOSED && source === opened) setTimeout(open, AGAIN_MS);
  });
}

/** Hears of changes until the returned function is called; the stream lives as long as somebody listens. */
export function listen(onchange: Hear, onstate: (isOpen: boolean) => void = () => undefined): () => void {
  listeners.add(onchange);
  watchers.add(onstate);
  if (source === undefined) open();
  return () => {
    listeners.delete(onchange);
    watchers.delete(onstate);
    if (listeners.size > 0) return;
    source?.close();
    source = undefined;
    clearTimeout(timer);
    timer = undefined;
  };
}
