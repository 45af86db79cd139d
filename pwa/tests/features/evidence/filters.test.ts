import { describe, expect, it } from 'vitest';

import { addressOf, beginOf, filtersOf, windowOf } from '@/features/evidence/filters';

const TODAY = '2026-11-25';
const plain = filtersOf(new URLSearchParams(), TODAY);

describe('the filters of a list', () => {
  it('are the last week of everybody when nothing is said', () => {
    expect(plain).toEqual({ period: 'week', until: TODAY, band: '', state: '', userId: '', teamId: '' });
    expect(addressOf(plain, TODAY, undefined)).toBe('/evidence');
  });

  it('stand in the address and come back from it', () => {
    const chosen = { ...plain, period: 'day', until: '2026-11-20', band: 'high', state: 'unreviewed', userId: 'u', teamId: 't' } as const;
    const address = addressOf(chosen, TODAY, 'v');
    expect(filtersOf(new URLSearchParams(address.split('?')[1]), TODAY)).toEqual(chosen);
    expect(address).toContain('visit=v');
  });

  it.each(['period=year', 'until=yesterday', 'until=2026-11-26', 'until=2026-11-25T00:00'])('%s is not understood and changes nothing', (query) => {
    expect(filtersOf(new URLSearchParams(query), TODAY)).toEqual(plain);
  });
});

describe('the window of a list', () => {
  it('is whole days where the reviewer is', () => {
    expect(windowOf({ period: 'day', until: TODAY }, 'Asia/Shanghai')).toEqual({ begins_at: '2026-11-24T16:00:00.000Z', ends_at: '2026-11-25T16:00:00.000Z' });
    expect(windowOf({ period: 'week', until: TODAY }, 'UTC')).toEqual({ begins_at: '2026-11-19T00:00:00.000Z', ends_at: '2026-11-26T00:00:00.000Z' });
  });

  it.each([
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'], ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'], ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-11-25', 'Pacific/Apia', '2026-11-24T11:00:00.000Z'], ['2026-11-25', 'America/Los_Angeles', '2026-11-25T08:00:00.000Z'],
  ])('%s begins in %s at %s', (day, zone, at) => {
    expect(beginOf(day, zone).toISOString()).toBe(at);
  });

  it('is never longer than what the server lists at once', () => {
    const { begins_at, ends_at } = windowOf({ period: 'month', until: '2026-11-01' }, 'Europe/Berlin');
    expect(Date.parse(ends_at) - Date.parse(begins_at)).toBeLessThanOrEqual(31 * 86_400_000);
  });
});
