/** What is a call before it is recorded, and what does the record of it say? */
import * as v from 'valibot';

import type { CallRecord } from '@/api/types';
import { NO_OUTCOME, outcomeSchema, told } from '@/app/forms/outcome';
import { newId } from '@/lib/ids';
import type { ShownCase } from '@/rules/fold';

const draftSchema = v.object({
  version: v.literal(1),
  id: v.string(),
  promise_id: v.string(),
  /** Null when the client called us. */
  contact_point_id: v.nullable(v.string()),
  started_at: v.string(),
  step: v.picklist(['number', 'whom', 'result', 'details']),
  outcome: outcomeSchema,
});

export type CallDraft = v.InferOutput<typeof draftSchema>;
export type Step = CallDraft['step'];

export const STEPS: readonly Step[] = ['number', 'whom', 'result', 'details'];

export function freshDraft(now: Date): CallDraft {
  const ms = now.getTime();
  return { version: 1, id: newId(ms), promise_id: newId(ms), contact_point_id: null, started_at: now.toISOString(), step: 'number', outcome: NO_OUTCOME };
}

/** The kept draft if it can still be read, else undefined. */
export function readDraft(kept: unknown): CallDraft | undefined {
  const read = v.safeParse(draftSchema, kept);
  return read.success ? read.output : undefined;
}

export function stepBefore(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) - 1];
}

/** The same call once more, after its record was taken back. */
export function again(draft: CallDraft, now: Date): CallDraft {
  return { ...draft, id: newId(now.getTime()), promise_id: newId(now.getTime()), step: 'details' };
}

/** The record of a finished call. `now` is the moment of saving: from then on there are 5 s to take it back. */
export function callFrom(draft: CallDraft, shown: ShownCase, now: Date, permitId: string | null): CallRecord {
  return {
    id: draft.id,
    case_id: shown.id,
    contact_point_id: draft.contact_point_id,
    started_at: draft.started_at,
    ended_at: now.toISOString(),
    ...told(draft.outcome, 'call', { currency: shown.currency, promiseId: draft.promise_id }),
    permit_id: permitId,
  };
}
