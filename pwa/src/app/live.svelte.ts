/** How does a screen show what is in the store, and stay true when it changes? */
import { liveQuery } from 'dexie';

import { changes } from './changes.svelte';

export interface Live<Value> {
  /** Undefined until the first answer. */
  readonly value: Value | undefined;
}

/**
 * The answer of a query, asked again whenever the tables it read change. `prepare` runs where signals are followed: what
 * it reads (the id of a path) restarts the query. Call it while a component is being made.
 */
export function live<Value>(prepare: () => () => Promise<Value>): Live<Value> {
  let current = $state.raw<{ value: Value | undefined }>({ value: undefined });
  $effect(() => {
    // `sync` writes beside Dexie, which then sees nothing: ask again.
    changes();
    const subscription = liveQuery(prepare()).subscribe({
      next: (value) => { current = { value }; },
      error: (error: unknown) => { reportError(error); },
    });
    return () => { subscription.unsubscribe(); };
  });
  return {
    get value() {
      return current.value;
    },
  };
}
