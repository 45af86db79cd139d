import { describe, expect, it } from 'vitest';

import type { Question, QuestionList } from '@/api/types';
import type { Deed } from '@/rules/fold';
import { foldQuestions } from '@/rules/questions';

const TOLD = '2026-11-25T08:00:00Z';
const LATER = '2026-11-25T08:05:00Z';

function question(id: string, changes: Partial<Question> = {}, visit = `visit of ${id}`): Question {
  return {
    evidence: {
      id, case_id: 'c', visit_id: visit, user_id: 'u', collector: 'Mei', kind: 'photo', scope: 'outside', consent_by: null, duration_ms: null, statement: null,
      media_type: 'image/jpeg', taken_at: TOLD, state: 'stored', refusal: null, fault: null, is_ready: true, sha256: '', size_bytes: 1, original_state: 'none',
      original_size_bytes: 1, is_signed: true, looks: { score: 0.7, band: 'high', signals: [], answers: [] },
    },
    case: null, asked: null, is_open: true, ...changes,
  };
}
const answer = (evidenceId: string, changes: Partial<Deed> = {}): Deed => ({
  id: `answer to ${evidenceId}`, state: 'saved', occurred_at: LATER, answered_at: null,
  act: { kind: 'evidence.answer', body: { evidence_id: evidenceId, case_id: 'c', text: 'it was dark' } }, ...changes,
});
const fold = (items: readonly Question[], deeds: readonly Deed[]): (readonly [string, boolean, readonly boolean[]])[] =>
  foldQuestions({ items } satisfies QuestionList, TOLD, deeds).map((one) => [one.evidence.id, one.is_open, one.answers.map((said) => said.is_unsent)] as const);

describe('what is asked of me', () => {
  it('waits until I have answered, on this phone too', () => {
    expect(fold([question('a'), question('b')], [answer('a')])).toEqual([['b', true, []], ['a', false, [true]]]);
  });

  it.each([
    ['saved', null, false, [true]], ['sending', null, false, [true]], ['accepted', LATER, false, [false]], ['accepted', '2026-11-25T07:59:00Z', true, []], ['refused', LATER, true, []],
  ] as const)('an answer that is %s (answered %s): open %s', (state, answered_at, isOpen, unsent) => {
    expect(fold([question('a')], [answer('a', { state, answered_at })])).toEqual([['a', isOpen, unsent]]);
  });

  it('about a whole visit is answered by a word about any piece of it', () => {
    const asked = { state: 'questioned', is_of_visit: true, reason: 'why?', by: 'Lin', at: TOLD } as const;
    expect(fold([question('a', { asked }, 'v'), question('b', { asked }, 'v'), question('c', {}, 'v')], [answer('b')]).map(([id, isOpen]) => [id, isOpen])).toEqual([['c', true], ['a', false], ['b', false]]);
  });

  it('leaves alone what others did', () => {
    const other: Deed = { ...answer('a'), act: { kind: 'stop.skip', body: { stop_id: 'a', reason: 'x' } } };
    expect(fold([question('a')], [other])).toEqual([['a', true, []]]);
  });
});
