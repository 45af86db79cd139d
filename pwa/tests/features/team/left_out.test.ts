/** Is a list that was cut off never told as the whole? */
import { expect, test } from 'vitest';

import { isCut, leftOut, rulesOf, sayCount, textsOf, TOLD_MAX } from '@/features/team/left_out';
import type { Unplanned } from '@/features/team/plan_api';

const left = (count: number, reason: Unplanned['reason']): Unplanned[] =>
  Array.from({ length: count }, (_, index) => ({ case_id: `${reason}-${String(index)}`, number: 'R-1', name: 'name', score: 1, reason }));

test('cases stand by reason, the most frequent first', () => {
  expect(leftOut([...left(1, 'no_time'), ...left(3, 'no_door')]).map(({ reason, cases }) => [reason, cases.length])).toEqual([['no_door', 3], ['no_time', 1]]);
});

test('what the law forbids is told by its rules, the most frequent first', () => {
  const [one, two, three] = left(3, 'not_lawful');
  if (one === undefined || two === undefined || three === undefined) throw new Error('three were made');
  const cases = [{ ...one, rule_ids: ['B'] }, { ...two, rule_ids: ['A', 'B'] }, three];
  expect(rulesOf(cases)).toEqual([['B', 2], ['A', 1]]);
  const rules = [{ id: 'B', zh: '冻结', en: 'Frozen', source: 'house' }];
  expect(textsOf(['B', 'A'], rules, false)).toEqual(['B · 冻结', 'A · A']);
});

test('a thousand told may be more: so is it said', () => {
  const [whole, cut] = [left(TOLD_MAX - 1, 'no_door'), left(TOLD_MAX, 'no_door')];
  expect([sayCount(whole.length, isCut(whole)), sayCount(cut.length, isCut(cut))]).toEqual(['999', '1000+']);
});
