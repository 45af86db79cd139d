/** Which key does what at a desk? Single keys are off while somebody types, and can be switched off or changed (WCAG 2.1.4). */

export interface Key {
  /** What the action is called where the chosen keys are kept: `desk.next`. */
  readonly id: string;
  /** As the browser names it, in lower case: `n`, `1`, `/`, `?`, `enter`, `escape`; `ctrl+k`, `alt+n` with another key held. */
  readonly key: string;
  /** What the list of keys says. */
  readonly says: string;
  readonly act: () => void;
}

const KEPT_AS = 'rounds.keys';

/** Whether single keys act; keys with control or alt, function keys and Escape always do. */
export function singleKeysAct(): boolean {
  return localStorage.getItem(KEPT_AS) !== 'off';
}

export function letSingleKeysAct(wanted: boolean): void {
  localStorage.setItem(KEPT_AS, wanted ? 'on' : 'off');
}

/** What of an event decides; a structure, so that the decision can be tested without a browser. */
export interface Pressed {
  /** As in `Key`; undefined when it is no key by itself: a held key, or one that an input method has taken. */
  readonly name: string | undefined;
  /** A field has the focus. */
  readonly isTyping: boolean;
  /** A button or link has the focus: Enter and space belong to it. */
  readonly isOnControl: boolean;
  /** A dialog is open: it has the keyboard. */
  readonly isInDialog: boolean;
}

/** The key of the list that was pressed, or undefined when the press belongs to somebody else. */
export function keyFor({ name, isTyping, isOnControl, isInDialog }: Pressed, keys: readonly Key[], isSingleOn: boolean): Key | undefined {
  if (name === undefined || isInDialog) return undefined;
  const isSingle = name.length === 1 || name === 'enter';
  if (isSingle && (isTyping || !isSingleOn)) return undefined;
  if (isOnControl && (name === 'enter' || name === ' ')) return undefined;
  return keys.find((key) => key.key === name);
}

/** What of a press names the key. */
export type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>;

const HELD = new Set(['shift', 'control', 'alt', 'meta', 'altgraph', 'capslock', 'process', 'dead', 'unidentified']);

/**
 * How the list names this press. A Chinese input method gives `?` and `/` their wide forms: they are the same keys.
 * With alt the letter is read from the key's place, since some keyboards make other signs of it.
 */
export function nameOf(press: Press): string | undefined {
  const key = press.key.normalize('NFKC').toLowerCase();
  const isCtrl = press.ctrlKey || press.metaKey;
  // Both at once is AltGr, with which signs are typed.
  if (press.isComposing || HELD.has(key) || (isCtrl && press.altKey)) return undefined;
  if (press.altKey) return `alt+${/^(?:Key|Digit)(.)$/.exec(press.code)?.[1]?.toLowerCase() ?? key}`;
  return isCtrl ? `ctrl+${key}` : key;
}

const TYPED_INTO = 'input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable=true]';

function pressOf(event: KeyboardEvent): Pressed {
  const target = event.target instanceof Element ? event.target : null;
  return {
    name: nameOf(event),
    isTyping: target?.closest(TYPED_INTO) != null,
    isOnControl: target?.closest('button, a, input, [role=option]') != null,
    isInDialog: document.querySelector('dialog[open]') !== null,
  };
}

/** Listens for the keys that `keysNow` gives at each press; returns how to stop. */
export function startKeys(keysNow: () => readonly Key[]): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const key = keyFor(pressOf(event), keysNow(), singleKeysAct());
    if (key === undefined) return;
    event.preventDefault();
    key.act();
  };
  addEventListener('keydown', onKey);
  return () => { removeEventListener('keydown', onKey); };
}
