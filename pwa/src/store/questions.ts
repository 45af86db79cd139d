/** What is asked about the evidence of whoever works here, as it was last told? Sealed, like all that is personal. */
import type { QuestionList } from '@/api/types';

import { tellChanged } from './changed';
import { open, seal } from './codec';
import type { Store } from './database';
import { metaOf, setMeta } from './meta';

export interface ToldQuestions {
  readonly list: QuestionList;
  /** When the server told it, by the phone's clock. */
  readonly at: string;
}

/** Undefined until it was told once. */
export async function toldQuestions(store: Store): Promise<ToldQuestions | undefined> {
  const kept = await metaOf(store, 'questions');
  return kept === undefined ? undefined : { list: await open(kept.sealed), at: kept.at };
}

export async function keepQuestions(store: Store, list: QuestionList, at: Date): Promise<void> {
  const sealed = await seal(list);
  await setMeta(store, 'questions', { at: at.toISOString(), sealed });
  await setMeta(store, 'questions_asked_at', at.toISOString());
}

/** The next round asks the server again, whatever was told a moment ago. */
export async function forgetAsking(store: Store): Promise<void> {
  await store.delete('meta', 'questions_asked_at');
  tellChanged();
}
