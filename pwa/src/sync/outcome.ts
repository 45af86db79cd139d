/** How did one round of talking to the server end? */

/**
 * done: nothing is left to say. offline: nobody answered. sign_in: the session has ended, everything is kept.
 * forbidden: the server does not take this phone or person. later: it asked for patience or failed. busy: another tab or
 * the service worker is at it. behind: all is sent, but the server has news that it may tell only in a moment.
 * revoked: the phone is out of service, can read nothing any more and has left everything it had.
 */
export type Outcome = 'done' | 'behind' | 'revoked' | 'offline' | 'sign_in' | 'forbidden' | 'later' | 'busy';

/** What a refusal of the whole request means for the round. Of a locked phone nothing is wrong: its page opens it again. */
export function outcomeOf(status: number, code = ''): Outcome {
  if (status === 401) return 'sign_in';
  if (code === 'device.locked') return 'later';
  return status === 403 ? 'forbidden' : 'later';
}
