/** Is a list that was cut off never told as the whole? */
import { expect, test } from 'vitest';

import { isCut, leftOut, sayCount, TOLD_MAX } from '@/features/team/left_out';
import type { Unplanned } from '@/features/team/plan_api';

const left = (count: number, reason: Unplanned['reason']): Unplanned[] =>
  Array.from({ length: count }, (_, index) => ({ case_id: `${reason}-${String(index)}`, number: 'R-1', name: 'name', score: 1, reason }));

test('cases stand by reason, the most frequent first', () => {
  expect(leftOut([...left(1, 'no_time'), ...left(3, 'no_door')]).map(({ reason, cases }) => [reason, cases.length])).toEqual([['no_door', 3], ['no_time', 1]]);
});

test('a thousand told may be more: so is it said', () => {
  const [whole, cut] = [left(TOLD_MAX - 1, 'no_door'), left(TOLD_MAX, 'no_door')];
  expect([sayCount(whole.length, isCut(whole)), sayCount(cut.length, isCut(cut))]).toEqual(['999', '1000+']);
});
