/** When does the phone lock by itself? Out of sight for five minutes, or when the time that the server granted is over. */
import { isIdle, IDLE_LOCK_MS } from '@/rules/lease';

import { forgetLease, isLeaseOver } from './lease';
import { followLock, lockThisTab } from './session.svelte';

const LOOK_EVERY_MS = 30_000;

/** Watches for as long as the app is open; returns how to stop. */
export function startIdleLock(): () => void {
  let hiddenSinceMs: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    const isOver = isLeaseOver();
    if (isOver) forgetLease();
    if (isOver || isIdle(hiddenSinceMs, Date.now())) lockThisTab().catch((error: unknown) => { reportError(error); });
  };
  const onVisibility = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') {
      hiddenSinceMs = Date.now();
      // A hidden page may be put to sleep; coming back looks again.
      timer = setTimeout(look, IDLE_LOCK_MS);
      return;
    }
    look();
    hiddenSinceMs = undefined;
  };
  document.addEventListener('visibilitychange', onVisibility);
  const interval = setInterval(look, LOOK_EVERY_MS);
  const unfollow = followLock();
  return () => {
    unfollow();
    clearTimeout(timer);
    clearInterval(interval);
    document.removeEventListener('visibilitychange', onVisibility);
  };
}
