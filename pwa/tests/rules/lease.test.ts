import { describe, expect, it } from 'vitest';

import { CLOCK_BACK_MAX_MS, IDLE_LOCK_MS, isIdle, isToRenew, leaseState } from '@/rules/lease';

const NOON = Date.parse('2026-11-24T12:00:00Z');
const HOUR = 3_600_000;

describe('N7: the lease', () => {
  const lease = { until_ms: NOON + HOUR, newest_ms: NOON };
  it.each([
    ['now', NOON, 'good'],
    ['a moment before its end', NOON + HOUR - 1, 'good'],
    ['at its end', NOON + HOUR, 'over'],
    ['with a clock turned back a little', NOON - CLOCK_BACK_MAX_MS, 'good'],
    ['with a clock turned back', NOON - CLOCK_BACK_MAX_MS - 1, 'clock_back'],
    ['with a clock turned back by a year', NOON - 365 * 24 * HOUR, 'clock_back'],
  ])('%s', (_, now, state) => {
    expect(leaseState(lease, now)).toBe(state);
  });

  it('is over when its end was seen once, whatever the clock says now', () => {
    expect(leaseState({ until_ms: NOON, newest_ms: NOON }, NOON - 60_000)).toBe('over');
  });

  it('is renewed when half of it is over', () => {
    expect(isToRenew({ until_ms: NOON + 6 * HOUR }, NOON, 12 * HOUR)).toBe(false);
    expect(isToRenew({ until_ms: NOON + 6 * HOUR }, NOON + 1, 12 * HOUR)).toBe(true);
  });
});

it('locks after five minutes out of sight', () => {
  expect(isIdle(undefined, NOON)).toBe(false);
  expect(isIdle(NOON, NOON + IDLE_LOCK_MS - 1)).toBe(false);
  expect(isIdle(NOON, NOON + IDLE_LOCK_MS)).toBe(true);
});
