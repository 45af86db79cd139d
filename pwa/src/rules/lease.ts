/** May what is on the phone be read now? The lease, and a clock that may have been turned back. */

/** A clock that jumps by less was only set right. */
export const CLOCK_BACK_MAX_MS = 10 * 60_000;
export const IDLE_LOCK_MS = 5 * 60_000;

/** good: yes. over: the server must be asked first. clock_back: the clock says an earlier time than was already seen. */
export type LeaseState = 'good' | 'over' | 'clock_back';

export interface Lease {
  readonly until_ms: number;
  /** The latest moment that was ever seen here, by this clock or by the server's. */
  readonly newest_ms: number;
}

export function leaseState({ until_ms, newest_ms }: Lease, nowMs: number): LeaseState {
  if (nowMs < newest_ms - CLOCK_BACK_MAX_MS) return 'clock_back';
  return Math.max(nowMs, newest_ms) >= until_ms ? 'over' : 'good';
}

/** Whether the phone should ask for a longer lease: it is half over, or its end is near. */
export function isToRenew({ until_ms }: Pick<Lease, 'until_ms'>, nowMs: number, lengthMs: number): boolean {
  return until_ms - nowMs < lengthMs / 2;
}

/** Whether the screen was away for so long that the phone locks. */
export function isIdle(hiddenSinceMs: number | undefined, nowMs: number): boolean {
  return hiddenSinceMs !== undefined && nowMs - hiddenSinceMs >= IDLE_LOCK_MS;
}
