import { describe, expect, it } from 'vitest';

import type { PhoneContact } from '@/api/types';
import { chosen, firstContact, NINE, recordOf, sayClock } from '@/features/desk/call';
import { resultOf } from '@/rules/codes';

import { sampleCase } from '../../sync/samples';

const contact = (id: string, changes: Partial<PhoneContact> = {}): PhoneContact => ({ id, party_id: null, kind: 'mobile', value: '+8613800000000', status: 'unknown', may_contact: true, ...changes });
const whole = sampleCase('a', { overdue_minor: 824_000, balance_minor: 2_000_000 });
const choose = (code: string): ReturnType<typeof chosen> => {
  const result = resultOf('call', code);
  if (result === undefined) throw new Error(code);
  return chosen(undefined, result, { whole, today: '2026-11-25' });
};

it('the nine keys are nine results of the list', () => {
  expect(NINE.filter((code) => resultOf('call', code) === undefined)).toEqual([]);
  expect(new Set(NINE).size).toBe(9);
});

describe('the number that is tried first', () => {
  it('is the client\'s own that is not known to be dead', () => {
    expect(firstContact([contact('g', { party_id: 'p' }), contact('d', { status: 'dead' }), contact('o')])?.id).toBe('o');
  });

  it('is never one that may not be used, nor an address of mail', () => {
    expect(firstContact([contact('a', { may_contact: false }), contact('b', { kind: 'email' })])).toBeUndefined();
  });
});

describe('a chosen result', () => {
  it('suggests a promise of all that is overdue until Friday', () => {
    expect(choose('RPC_PROMISE')).toMatchObject({ amount: '8240.00', due_on: '2026-11-27', next_on: '' });
  });

  it('suggests a call back tomorrow, and nothing else where nothing else is asked', () => {
    expect(choose('RPC_CALLBACK')).toMatchObject({ amount: '', next_on: '2026-11-26' });
    expect(choose('NO_ANSWER')).toMatchObject({ amount: '', due_on: '', next_on: '', party: 'nobody' });
  });

  it('keeps the note that was typed before', () => {
    const result = resultOf('call', 'RPC_DISPUTE');
    expect(result && chosen({ ...choose('NO_ANSWER'), note: 'said so' }, result, { whole, today: '2026-11-25' }).note).toBe('said so');
  });
});

it('a call without a start on the clock begins when it is written down', () => {
  const endedAt = new Date('2026-11-25T02:00:00Z');
  const record = recordOf(choose('NO_ANSWER'), whole, { startedAt: undefined, endedAt }, { id: 'c', promiseId: 'p', contactId: null });
  expect(record).toMatchObject({ started_at: '2026-11-25T02:00:00.000Z', ended_at: '2026-11-25T02:00:00.000Z', promise: null, result: 'NO_ANSWER' });
});

it.each([[0, '00:00'], [59, '00:59'], [60, '01:00'], [3723, '1:02:03']])('%i s is %s', (seconds, text) => {
  expect(sayClock(seconds)).toBe(text);
});
