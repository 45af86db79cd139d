import { describe, expect, it } from 'vitest';

import { addDays, dayIn, daysBetween, nextWeekday, sayDay, sayShortDay, sayTime, weekdayOf } from '@/lib/dates';

const words = { today: 'today', tomorrow: 'tomorrow', yesterday: 'yesterday' };

describe('dates', () => {
  it.each([
    ['2026-11-24T15:59:59Z', 'Asia/Shanghai', '2026-11-24'], ['2026-11-24T16:00:00Z', 'Asia/Shanghai', '2026-11-25'],
    ['2026-11-24T04:59:59Z', 'America/New_York', '2026-11-23'],
  ])('%s in %s is %s', (at, zone, day) => {
    expect(dayIn(new Date(at), zone)).toBe(day);
  });

  it('counts over a leap day and over the turn of summer time', () => {
    expect([addDays('2028-02-28', 2), daysBetween('2026-03-28', '2026-03-30'), daysBetween('2026-12-31', '2026-12-30')]).toEqual(['2028-03-01', 2, -1]);
  });

  it('names the next Friday, never today', () => {
    expect([weekdayOf('2026-11-29'), nextWeekday('2026-11-24', 5), nextWeekday('2026-11-27', 5)]).toEqual([7, '2026-11-27', '2026-12-04']);
  });

  it.each([
    ['2026-11-24', 'today'], ['2026-11-25', 'tomorrow'], ['2026-11-23', 'yesterday'], ['2026-11-27', 'Fri, Nov 27'],
    ['2026-12-24', 'Dec 24'], ['2027-02-01', 'Feb 1, 2027'],
  ])('says %s as %s', (day, said) => {
    expect(sayDay(day, '2026-11-24', { lang: 'en', words })).toBe(said);
  });

  it.each([['2026-11-01', 'Nov 1'], ['2026-01-01', 'Jan 1'], ['2009-09-30', 'Sep 30, 2009']])('says %s in a column as %s', (day, said) => {
    expect(sayShortDay(day, '2026-11-24', 'en')).toBe(said);
  });

  it('says midnight as 00:00', () => {
    expect(sayTime(new Date('2026-11-24T16:00:00Z'), 'Asia/Shanghai', 'zh-CN')).toBe('00:00');
  });
});
