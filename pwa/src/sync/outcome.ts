/** How did one round of talking to the server end? */

/**
 * done: nothing is left to say. offline: nobody answered. sign_in: the session has ended, everything is kept.
 * later: the server asked for patience or failed. busy: another tab or the service worker is at it.
 */
export type Outcome = 'done' | 'offline' | 'sign_in' | 'later' | 'busy';

/** What a refusal of the whole request means for the round. */
export function outcomeOf(status: number): Outcome {
  return status === 401 ? 'sign_in' : 'later';
}
