/** What is asked of me, with what I have answered on this phone since it was told? */
import type { Question, QuestionList } from '@/api/types';

import type { Deed } from './fold';

export interface ShownAnswer {
  readonly id: string;
  readonly text: string;
  readonly at: string;
  /** Only on this phone so far. */
  readonly is_unsent: boolean;
}

export interface ShownQuestion extends Question {
  readonly answers: readonly ShownAnswer[];
}

/** As many answers as the server takes for one piece. */
export const ANSWERS_MAX = 20;

const isOnItsWay = ({ state }: Deed): boolean => state === 'saved' || state === 'sending';

/** Whether what was told at `toldAt` cannot contain the answer yet. */
function isAhead(deed: Deed, toldAt: string): boolean {
  if (isOnItsWay(deed)) return true;
  return deed.state === 'accepted' && deed.answered_at !== null && Date.parse(deed.answered_at) >= Date.parse(toldAt);
}

/** Those that wait for an answer first, each with all that was answered, the oldest answer first. */
export function foldQuestions(told: QuestionList, toldAt: string, deeds: readonly Deed[]): ShownQuestion[] {
  const mine = new Map<string, ShownAnswer[]>();
  for (const deed of deeds) {
    const { act } = deed;
    if (act.kind !== 'evidence.answer' || !isAhead(deed, toldAt)) continue;
    const answer = { id: deed.id, text: act.body.text, at: deed.occurred_at, is_unsent: isOnItsWay(deed) };
    mine.set(act.body.evidence_id, [...(mine.get(act.body.evidence_id) ?? []), answer]);
  }
  /** A question about a whole visit is answered by a word about any piece of it. */
  const answeredVisits = new Set(told.items.filter(({ evidence }) => mine.has(evidence.id)).map(({ evidence }) => evidence.visit_id));
  const shown = told.items.map((question): ShownQuestion => {
    const { evidence, asked } = question;
    const known = (evidence.looks?.answers ?? []).map((answer, index) => ({ id: `${evidence.id} ${String(index)}`, text: answer.text, at: answer.at, is_unsent: false }));
    const fresh = mine.get(evidence.id) ?? [];
    const isAnswered = fresh.length > 0 || (asked?.is_of_visit === true && answeredVisits.has(evidence.visit_id));
    return { ...question, is_open: question.is_open && !isAnswered, answers: [...known, ...fresh] };
  });
  return shown.toSorted((one, other) => Number(other.is_open) - Number(one.is_open));
}
