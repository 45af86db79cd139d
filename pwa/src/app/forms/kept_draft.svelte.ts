/** What was begun and not saved: read when a screen opens, written after every tap, so that a killed tab loses nothing. */
import { onMount } from 'svelte';

import { draftOf, keepDraft } from '@/store/drafts';

import { store } from '../session.svelte';

export interface KeptDraft<Draft> {
  /** Undefined until it was looked for. */
  readonly draft: Draft | undefined;
  /** Whether it lies on the disk. */
  readonly isKept: boolean;
  /** Shows the change and writes it down; the next tap does not wait for the disk. */
  readonly change: (changes: Partial<Draft>) => void;
  /** Takes another draft in its place, which is written already. */
  readonly replace: (draft: Draft) => void;
  /** Waits until the last change is written. */
  readonly written: () => Promise<void>;
}

interface Ways<Draft> {
  readonly read: (kept: unknown) => Draft | undefined;
  readonly fresh: () => Draft;
}

/** The draft kept under this key, or a fresh one. Call it while a component is being made. */
export function keptDraft<Draft extends { readonly step: string }>(key: string, { read, fresh }: Ways<Draft>): KeptDraft<Draft> {
  let draft = $state.raw<Draft | undefined>(undefined);
  let isKept = $state(false);
  // One after the other, so that the last tap is what stays.
  let writing: Promise<void> = Promise.resolve();

  onMount(() => {
    draftOf(store(), key).then((kept) => {
      const found = read(kept);
      draft = found ?? fresh();
      isKept = found !== undefined;
    }, (error: unknown) => { reportError(error); });
  });

  function change(changes: Partial<Draft>): void {
    if (draft === undefined) return;
    const before = draft.step;
    const changed = { ...draft, ...changes };
    draft = changed;
    writing = writing
      .then(() => keepDraft(store(), key, changed, new Date()))
      .then(() => { isKept = true; }, (error: unknown) => { reportError(error); });
    if (changed.step !== before) window.scrollTo(0, 0);
  }

  return {
    get draft() {
      return draft;
    },
    get isKept() {
      return isKept;
    },
    change,
    replace: (other) => { draft = other; },
    written: () => writing,
  };
}
