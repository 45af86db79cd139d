import { describe, expect, it } from 'vitest';

import { hoursOf, laneOf, shareOf, spanOf } from '@/features/team/lanes';
import type { DayEnd, StopView } from '@/features/team/plan_api';

const at = (clock: string): string => `2026-11-25T${clock}:00Z`;
const ms = (clock: string): number => new Date(at(clock)).getTime();
const stop = (id: string, arrive: string, leave: string, changes: Partial<StopView> = {}): StopView => ({
  id, case_id: `case-${id}`, number: id, name: id, user_id: 'mei', position: 1, place: null, arrive_at: at(arrive), leave_at: at(leave), window_start: at('01:00'), window_end: at('13:00'),
  drive_s: 600, drive_m: 900, is_locked: false, is_must: false, reasons: [], state: 'planned', skip_reason: null, headcount: 1, lawful: [], rule_ids: [], currency: 'CNY', overdue_minor: 1, score: 1, ...changes,
});
const day: DayEnd = {
  user_id: 'mei', shift_start: at('01:00'), shift_end: at('10:00'), pause_start: at('04:00'), pause_end: at('05:00'), home_drive_s: 0, home_drive_m: 0, end_at: at('09:30'), is_overtime: false,
};
const span = { startMs: ms('01:00'), endMs: ms('11:00') };

describe('the time line', () => {
  it('reaches from the first hour to the last', () => {
    expect(spanOf([stop('a', '01:05', '01:20')], [day])).toEqual({ startMs: ms('00:00'), endMs: ms('10:00') });
    expect(spanOf([], [])).toBeUndefined();
    expect(hoursOf({ startMs: ms('01:00'), endMs: ms('04:00') })).toEqual([ms('01:00'), ms('02:00'), ms('03:00')]);
  });

  it('keeps what lies outside at its ends', () => {
    expect([shareOf(ms('00:00'), span), shareOf(ms('06:00'), span), shareOf(ms('23:00'), span)]).toEqual([0, 0.5, 1]);
  });

  it('shows the way before each visit, the break, and what is done', () => {
    const lane = laneOf('mei', [stop('b', '03:00', '03:15'), stop('a', '02:00', '02:15', { state: 'done' })], day, { span, nowMs: ms('02:30') });
    expect(lane.pieces.map(({ kind }) => kind)).toEqual(['break', 'drive', 'done', 'drive', 'visit']);
    expect(lane.pieces[1]?.startMs).toBe(ms('01:50'));
    expect(lane.endMs).toBe(ms('09:30'));
    expect(lane.lateMinutes).toBe(0);
  });

  it.each([['03:24', 0, 'visit'], ['03:25', 10, 'visit'], ['03:26', 11, 'late']])('at %s the visit that should be over at 03:15 is %i min late', (clock, minutes, kind) => {
    const lane = laneOf('mei', [stop('a', '03:00', '03:15')], undefined, { span, nowMs: ms(clock) });
    expect(lane.lateMinutes).toBe(minutes);
    expect(lane.pieces.at(-1)?.kind).toBe(kind);
  });
});
