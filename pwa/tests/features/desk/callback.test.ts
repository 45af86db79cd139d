import { describe, expect, it } from 'vitest';

import { instantOf, offers, unlawfulOf, wallOf } from '@/features/desk/callback';

describe('a moment on the client\'s clock', () => {
  it.each([
    ['Asia/Shanghai', '2026-11-26', '10:00', '2026-11-26T02:00:00.000Z'],
    ['America/New_York', '2026-11-26', '00:00', '2026-11-26T05:00:00.000Z'],
    // The night on which clocks go forward and back in London.
    ['Europe/London', '2026-03-29', '00:59', '2026-03-29T00:59:00.000Z'],
    ['Europe/London', '2026-03-29', '02:00', '2026-03-29T01:00:00.000Z'],
    ['Europe/London', '2026-10-25', '09:00', '2026-10-25T09:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-26', '08:00', '2026-11-26T02:30:00.000Z'],
  ])('%s %s %s', (zone, day, time, instant) => {
    expect(instantOf({ day, time }, zone).toISOString()).toBe(instant);
    expect(wallOf(new Date(instant), zone)).toEqual({ day, time });
  });
});

it('offers one hour, two hours and tomorrow at ten, across midnight', () => {
  expect(offers(new Date('2026-11-25T14:30:01Z'), 'Asia/Shanghai')).toEqual({
    inOne: { day: '2026-11-25', time: '23:31' },
    inTwo: { day: '2026-11-26', time: '00:31' },
    tomorrow: { day: '2026-11-26', time: '10:00' },
  });
});

describe('what the law says against a callback', () => {
  const problem = (code: string, next: string | null): Parameters<typeof unlawfulOf>[0] => ({
    type: '', code, title: '', status: 409, data: { decision: 'BLOCK', rules: [{ id: 'R', zh: '不得', en: 'Not now' }], earliest_allowed_at: next },
  });

  it('is its rules in the reader\'s language, and the next lawful moment by the client\'s clock', () => {
    expect(unlawfulOf(problem('callback.unlawful', '2026-11-26T08:00:00+08:00'), 'Asia/Shanghai', 'zh-CN')).toEqual({ why: ['不得'], next: { day: '2026-11-26', time: '08:00' } });
    expect(unlawfulOf(problem('callback.unlawful', null), 'Asia/Shanghai', 'en')).toEqual({ why: ['Not now'], next: undefined });
  });

  it('is nothing where something else was refused', () => {
    expect(unlawfulOf(problem('case.closed', null), 'Asia/Shanghai', 'en')).toBeUndefined();
  });
});
