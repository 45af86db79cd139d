import { describe, expect, it } from 'vitest';

import { NO_OUTCOME, outcomeFault, told, withMet, withResult, type Outcome } from '@/app/forms/outcome';
import { resultOf } from '@/rules/codes';

const money = { currency: 'CNY', balanceMinor: 1_000_000, today: '2026-11-24' };

function after(code: string, met: 'client' | 'third' | 'nobody', changes: Partial<Outcome> = {}): Outcome {
  const result = resultOf('visit', code);
  if (result === undefined) throw new Error(`no such code: ${code}`);
  return { ...withResult(withMet(NO_OUTCOME, met), result), ...changes };
}

describe('what a result asks for', () => {
  it.each([
    [NO_OUTCOME, 'result'], [after('NOT_HOME', 'nobody'), undefined], [after('MET_PROMISE', 'client'), 'promise'],
    [after('MET_PROMISE', 'client', { amount: '100', due_on: '2026-11-27' }), undefined], [after('MET_PAID', 'client'), 'paid'],
    [after('MET_PAID', 'client', { paid: '8,240' }), undefined], [after('MET_DISPUTE', 'client'), 'note'], [after('MET_DISPUTE', 'client', { note: ' ' }), 'note'],
    [after('SENSITIVE_OCCASION', 'client'), 'next_on'], [after('NOT_HOME', 'nobody', { party: 'obligor' }), 'party'],
  ])('%#: first asks for %s', (outcome, field) => {
    expect(outcomeFault(outcome, 'visit', money)?.field).toBe(field);
  });

  it('suggests who it was and what comes next', () => {
    expect(after('NOT_HOME', 'nobody')).toMatchObject({ party: 'nobody', next_step: 'revisit' });
  });

  it('takes back a result when somebody else was met, and keeps the note', () => {
    expect(withMet(after('NOT_HOME', 'nobody', { note: 'dog' }), 'client')).toEqual({ ...NO_OUTCOME, met: 'client', note: 'dog' });
  });
});

describe('what goes into the record', () => {
  it('is a promise in minor units', () => {
    const outcome = after('MET_PROMISE', 'client', { amount: '4,188.5', due_on: '2026-11-27', note: ' x ' });
    expect(told(outcome, 'visit', { currency: 'CNY', promiseId: 'p' })).toEqual({
      result: 'MET_PROMISE', party: 'obligor', paid_minor: null, note: 'x', next_step: 'wait_promise', next_on: null,
      promise: { id: 'p', amount_minor: 418_850, currency: 'CNY', due_on: '2026-11-27', tolerance_days: 3 },
    });
  });

  it('is no promise when an amount was typed before another result was chosen', () => {
    const outcome = after('NOT_HOME', 'nobody', { amount: '5', due_on: '2026-11-27', paid: '5' });
    expect(told(outcome, 'visit', { currency: 'CNY', promiseId: 'p' })).toMatchObject({ promise: null, paid_minor: null });
  });
});
