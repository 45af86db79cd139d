import { expect, it } from 'vitest';

import { isShown, passes } from '@/features/cases/filters';
import { headOf } from '@/store/heads';

import { sampleCase } from '../../sync/samples';

const promises = [{ id: 'p', amount_minor: 1, due_on: '2026-11-24', state: 'open', made_at: '' }];

it.each([
  ['promise', { promises }, true], ['promise', { promises: [{ ...promises[0], state: 'kept' }] }, false], ['promise', { promises: [{ ...promises[0], due_on: '2026-11-25' }] }, false],
  ['untouched', {}, true], ['untouched', { last_attempt_at: '2026-11-20T00:00:00Z' }, false], ['late', { days_past_due: 91 }, true], ['late', { days_past_due: 90 }, false],
] as const)('%s lets %j pass: %s', (filter, changes, isIn) => {
  expect(passes(headOf(sampleCase('k', changes as Parameters<typeof sampleCase>[1])), filter, '2026-11-24')).toBe(isIn);
});

it('money shows payments, promises and whatever carries an amount', () => {
  const line = { id: 'x', at: '', result: null, note: '', by: '', is_withdrawn: false, is_unsent: false };
  const kinds = (['visit', 'call', 'payment', 'promise'] as const).map((kind) => isShown({ ...line, kind, amount_minor: null }, 'money'));
  expect(kinds).toEqual([false, false, true, true]);
  expect(isShown({ ...line, kind: 'visit', amount_minor: 5 }, 'money')).toBe(true);
});
