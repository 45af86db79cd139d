import { describe, expect, it } from 'vitest';

import { dayView, movedOrder, navigateAddress, rowsMoved, windowNow } from '@/features/today/today';
import type { ShownStop } from '@/rules/fold';

function stop(id: string, state: ShownStop['state'] = 'planned'): ShownStop {
  const at = '2026-11-24T10:00:00Z';
  return {
    id, case_id: id, address_id: null, position: 1, arrive_at: at, leave_at: at, window_start: '2026-11-24T09:00:00Z', window_end: '2026-11-24T12:00:00Z',
    drive_s: 1, drive_m: 1, is_locked: false, is_must: false, reasons: [], state, skip_reason: null, is_unsent: false,
  };
}

const stops = [stop('a', 'done'), stop('b'), stop('c', 'skipped'), stop('d'), stop('e')];

describe('the day', () => {
  it('has one next stop, the later ones and those that are over', () => {
    const view = dayView(stops);
    expect([view.next?.id, view.later.map(({ id }) => id), view.past.map(({ id }) => id)]).toEqual(['b', ['d', 'e'], ['a', 'c']]);
  });

  it.each([['e', -1, 'bed'], ['e', -9, 'ebd'], ['b', 1, 'dbe'], ['b', 9, 'deb'], ['a', 1, 'bde'], ['d', 0, 'bde']])('RT-3: moving %s by %i gives %s', (id, steps, order) => {
    expect(movedOrder(stops, id, steps).join('')).toBe(order);
  });

  it.each([['2026-11-24T08:59:59Z', 'before'], ['2026-11-24T09:00:00Z', 'open'], ['2026-11-24T11:59:59Z', 'open'], ['2026-11-24T12:00:00Z', 'over']])(
    'at %s the window is %s', (now, state) => {
      expect(windowNow(stop('b'), new Date(now))).toBe(state);
    },
  );

  it('counts rows under the finger', () => {
    expect([rowsMoved(100, 129, 60), rowsMoved(100, 131, 60), rowsMoved(200, 20, 60), rowsMoved(1, 2, 0)]).toEqual([0, 1, -3, 0]);
  });

  it('opens the phone\'s navigation at the door', () => {
    expect(navigateAddress({ lat: 24.5, lon: 118.1 }, 'R 1')).toBe('geo:24.5,118.1?q=24.5,118.1(R%201)');
  });
});
