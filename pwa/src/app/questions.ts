/** What is asked about my evidence, as several screens show it: what was told, with what I have answered since. */
import { foldQuestions, type ShownQuestion } from '@/rules/questions';
import type { Store } from '@/store/database';
import { allDone } from '@/store/outbox';
import { toldQuestions } from '@/store/questions';

import { deedsOf } from './seen';

export interface SeenQuestions {
  readonly questions: readonly ShownQuestion[];
  readonly at: string;
}

/** Undefined until the server told it once. */
export async function seenQuestions(store: Store): Promise<SeenQuestions | undefined> {
  const [told, done] = await Promise.all([toldQuestions(store), allDone(store)]);
  return told === undefined ? undefined : { questions: foldQuestions(told.list, told.at, deedsOf(done)), at: told.at };
}

/** How many wait for my words; of one case when it is named. */
export async function openQuestions(store: Store, caseId?: string): Promise<number> {
  const seen = await seenQuestions(store);
  return (seen?.questions ?? []).filter((one) => one.is_open && (caseId === undefined || one.evidence.case_id === caseId)).length;
}
