import { describe, expect, it } from 'vitest';

import type { Question, ScoreSheet } from '@/features/quality/api';
import { answered, comesTo, countOf, missing, mondayOf, percentOf, permilleOf, takes, type Answer } from '@/features/quality/sheet';

const question = (id: string, weight: number, { isKnockOut = false, mayNotApply = true } = {}): Question => ({ id, zh: id, en: id, weight, is_knock_out: isKnockOut, may_not_apply: mayNotApply });
const polite = question('polite', 1, { mayNotApply: false });
const sheet: ScoreSheet = { questions: [polite, question('result', 2), question('no_threat', 3, { isKnockOut: true })], pass_from_permille: 667 };
const all = (...answers: Answer[]): Record<string, Answer> => Object.fromEntries(sheet.questions.map((one, index) => [one.id, answers[index] ?? 'yes']));

describe('a score sheet', () => {
  // The same table as in tests/backend/calls/quality/test_rules.py.
  it.each([
    [all('yes', 'yes', 'yes'), 1000], [all('yes', 'no', 'yes'), 667], [all('no', 'no', 'yes'), 500], [all('yes', 'yes', 'no'), 0],
    [all('yes', 'not_applicable', 'not_applicable'), 1000], [all('yes', 'no', 'not_applicable'), 333], [all('no', 'yes', 'not_applicable'), 667],
  ])('%o comes to %i', (answers, permille) => {
    expect(comesTo(sheet, answers)).toBe(permille);
  });

  it('comes to nothing until all is answered', () => {
    expect(comesTo(sheet, { polite: 'yes', result: 'yes' })).toBeUndefined();
    expect(missing(sheet, { polite: 'yes', result: 'yes' })).toBe(1);
  });

  it('goes on with the next question, and the last one stays', () => {
    expect(answered(sheet, {}, 0, 'no')).toEqual({ answers: { polite: 'no' }, at: 1 });
    expect(answered(sheet, {}, 2, 'yes')).toEqual({ answers: { no_threat: 'yes' }, at: 2 });
  });

  it('takes no answer that a question does not have', () => {
    expect(takes(polite, 'not_applicable')).toBe(false);
    expect(answered(sheet, {}, 0, 'not_applicable')).toEqual({ answers: {}, at: 0 });
    expect(answered(sheet, {}, 9, 'yes')).toEqual({ answers: {}, at: 9 });
  });
});

it.each([['3', 30], ['0.1', 1], ['2,5', 25], ['100', 1000], ['100.1', undefined], ['0.05', undefined], ['', undefined], ['-1', undefined], ['1e2', undefined]])('a share typed as %s is %s thousandths', (typed, permille) => {
  expect(permilleOf(typed)).toBe(permille);
  if (permille !== undefined) expect(permilleOf(percentOf(permille))).toBe(permille);
});

it.each([['0', 0], ['50', 50], ['51', undefined], ['1.5', undefined], ['', undefined]])('%s calls a week are %s', (typed, count) => {
  expect(countOf(typed)).toBe(count);
});

it.each([['2026-11-23', '2026-11-23'], ['2026-11-29', '2026-11-23'], ['2026-11-30', '2026-11-30'], ['2027-01-01', '2026-12-28']])('%s is in the week of %s', (day, monday) => {
  expect(mondayOf(day)).toBe(monday);
});
