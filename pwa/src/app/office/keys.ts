/** Which key does what at a desk? Single keys are off while somebody types, and can be switched off (WCAG 2.1.4). */

export interface Key {
  /** As the browser names it, in lower case: `n`, `1`, `/`, `?`, `enter`, `escape`; `ctrl+k` with the control key. */
  readonly key: string;
  /** What the list of keys says. */
  readonly says: string;
  readonly act: () => void;
  /** Not shown in the list: a second name of another key. */
  readonly isQuiet?: true;
}

const KEPT_AS = 'rounds.keys';

/** Whether single keys act; keys with control and Escape always do. */
export function singleKeysAct(): boolean {
  return localStorage.getItem(KEPT_AS) !== 'off';
}

export function letSingleKeysAct(wanted: boolean): void {
  localStorage.setItem(KEPT_AS, wanted ? 'on' : 'off');
}

/** What of an event decides; a structure, so that the decision can be tested without a browser. */
export interface Pressed {
  readonly key: string;
  readonly isCtrl: boolean;
  readonly isAlt: boolean;
  /** A field has the focus. */
  readonly isTyping: boolean;
  /** A button or link has the focus: Enter and space belong to it. */
  readonly isOnControl: boolean;
  /** A dialog is open: it has the keyboard. */
  readonly isInDialog: boolean;
}

/** The key of the list that was pressed, or undefined when the press belongs to somebody else. */
export function keyFor(pressed: Pressed, keys: readonly Key[], isSingleOn: boolean): Key | undefined {
  if (pressed.isAlt || pressed.isInDialog) return undefined;
  const name = `${pressed.isCtrl ? 'ctrl+' : ''}${pressed.key.toLowerCase()}`;
  const isSingle = !pressed.isCtrl && name !== 'escape';
  if (isSingle && (pressed.isTyping || !isSingleOn)) return undefined;
  if (isSingle && pressed.isOnControl && (name === 'enter' || name === ' ')) return undefined;
  return keys.find((key) => key.key === name);
}

const TYPED_INTO = 'input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable=true]';

function pressOf(event: KeyboardEvent): Pressed {
  const target = event.target instanceof Element ? event.target : null;
  return {
    key: event.key,
    isCtrl: event.ctrlKey || event.metaKey,
    isAlt: event.altKey,
    isTyping: target?.closest(TYPED_INTO) != null,
    isOnControl: target?.closest('button, a, input, [role=option]') != null,
    isInDialog: document.querySelector('dialog[open]') !== null,
  };
}

/** Listens for the keys that `keysNow` gives at each press; returns how to stop. */
export function startKeys(keysNow: () => readonly Key[]): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = keyFor(pressOf(event), keysNow(), singleKeysAct());
    if (key === undefined) return;
    event.preventDefault();
    key.act();
  };
  addEventListener('keydown', onKey);
  return () => { removeEventListener('keydown', onKey); };
}
