/**
 * How was the visit filled in? Each stay at a step with its time, and how often an answer was changed during it.
 *
 * Times are milliseconds for which the form was open, by a clock that nobody can set; a draft that is taken up again
 * goes on from where it was left.
 */
import * as v from 'valibot';

import type { FormLog } from '@/api/types';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const formSchema = v.object({
  steps: v.array(v.object({ step: v.string(), entered_ms: count, changes: count })),
  /** When the last thing was done. */
  at_ms: count,
  resumed: count,
  /** What was changed last: going on with the same answer, letter by letter, is one change. */
  last: v.string(),
});

export type DraftLog = v.InferOutput<typeof formSchema>;

/** As the server takes them; of a longer filling in the last stays are kept. */
const STEPS_MAX = 60;

export const NO_LOG: DraftLog = { steps: [], at_ms: 0, resumed: 0, last: '' };

/** The form is at a step from here on; being there already is no new stay. */
export function entered(log: DraftLog, step: string, at_ms: number): DraftLog {
  if (log.steps.at(-1)?.step === step) return { ...log, at_ms };
  return { ...log, steps: [...log.steps, { step, entered_ms: at_ms, changes: 0 }].slice(-STEPS_MAX), at_ms, last: '' };
}

/** An answer was changed, `answer` says which. */
export function changed(log: DraftLog, answer: string, at_ms: number): DraftLog {
  const stay = log.steps.at(-1);
  if (stay === undefined || answer === log.last) return { ...log, at_ms };
  return { ...log, steps: [...log.steps.slice(0, -1), { ...stay, changes: stay.changes + 1 }], at_ms, last: answer };
}

/** The draft was left and is taken up again. */
export function resumed(log: DraftLog): DraftLog {
  return log.steps.length === 0 ? log : { ...log, resumed: log.resumed + 1, last: '' };
}

/** What the record says of it. */
export function toldOf({ steps, resumed: times }: DraftLog, saved_ms: number): FormLog {
  return { steps, saved_ms, resumed: times };
}

/** The names of the answers that differ between two states of the same kind. */
export function differing(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}
