/** How does a screen show what is in the store, and stay true when it changes? */
import { untrack } from 'svelte';

import { changes } from './changes.svelte';

export interface Live<Value> {
  /** Undefined until the first answer. */
  readonly value: Value | undefined;
}

/**
 * The answer of a query, asked again whenever something is written. `prepare` runs where signals are followed: what it
 * reads (the id of a path) restarts the query. Call it while a component is being made.
 */
export function live<Value>(prepare: () => () => Promise<Value>): Live<Value> {
  let current = $state.raw<{ readonly value: Value | undefined }>({ value: undefined });
  $effect(() => {
    changes();
    const query = prepare();
    let isCurrent = true;
    // Not followed: whose store it is does not change while a screen is open, it only goes.
    untrack(query).then(
      (value) => {
        // An answer that comes after a later question is of no use any more.
        if (isCurrent) current = { value };
      },
      (error: unknown) => { if (isCurrent) reportError(error); },
    );
    return () => { isCurrent = false; };
  });
  return {
    get value() {
      return current.value;
    },
  };
}
