/** What does somebody ask about my evidence? Fetched now and then, and at once when it is looked at. */
import { ask } from '@/api/http';
import type { QuestionList } from '@/api/types';
import type { Store } from '@/store/database';
import { metaOf } from '@/store/meta';
import { keepQuestions } from '@/store/questions';

import { outcomeOf, type Outcome } from './outcome';

/** Nobody waits for an answer by the minute, and each asking costs the battery a little. */
export const QUESTIONS_EVERY_MS = 10 * 60_000;

/** Brings the questions up to date when they are old; the rest of a round does not depend on them. */
export async function askQuestions(db: Store, now: Date): Promise<Outcome> {
  const asked = await metaOf(db, 'questions_asked_at');
  const age = asked === undefined ? Infinity : now.getTime() - Date.parse(asked);
  // A clock that was put back must not silence it for days.
  if (age >= 0 && age < QUESTIONS_EVERY_MS) return 'done';
  const reply = await ask<QuestionList>({ method: 'GET', path: '/v1/evidence/questions' });
  if (reply.kind === 'unreached') return 'offline';
  if (reply.kind === 'answered') {
    await keepQuestions(db, reply.body, now);
    return 'done';
  }
  const { status, problem } = reply;
  // Whoever has no evidence of his own is asked nothing; a server of before does not know the question.
  return status === 404 || problem.code === 'identity.forbidden' ? 'done' : outcomeOf(status, problem.code);
}
