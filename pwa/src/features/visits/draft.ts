/**
 * What is a visit before it is recorded, and what does the record of it say?
 *
 * The draft is written after every tap. It is read back through a schema, because an older version of the app may have
 * written it; what no longer fits is begun anew rather than guessed.
 */
import * as v from 'valibot';

import type { PhotoTaken, VisitRecord } from '@/api/types';
import { NO_OUTCOME, outcomeSchema, told } from '@/app/forms/outcome';
import { newId } from '@/lib/ids';
import type { ShownCase } from '@/rules/fold';
import { doorOf } from '@/store/heads';

const point = v.object({ lat: v.number(), lon: v.number() });

const photo = v.object({
  id: v.string(), sha256: v.string(), size_bytes: v.number(), media_type: v.string(), original_sha256: v.string(),
  original_size_bytes: v.number(), taken_at: v.string(), scope: v.picklist(['outside', 'document', 'inside']),
  // A draft of before photos were signed has none of these.
  consent_by: v.optional(v.nullable(v.picklist(['client', 'household', 'company'])), null),
  manifest: v.optional(v.nullable(v.string()), null), signature: v.optional(v.nullable(v.string()), null),
});

const draftSchema = v.object({
  version: v.literal(1),
  /** The record gets its id when the visit begins, so a retried save is the same record. */
  id: v.string(),
  promise_id: v.string(),
  stop_id: v.nullable(v.string()),
  started_at: v.string(),
  step: v.picklist(['here', 'whom', 'result', 'details']),
  check_in: v.nullable(v.object({ place: point, accuracy_m: v.number(), at: v.string() })),
  outside_reason: v.nullable(v.string()),
  outcome: outcomeSchema,
  photos: v.array(photo),
});

export type VisitDraft = v.InferOutput<typeof draftSchema>;
export type Step = VisitDraft['step'];

export const STEPS: readonly Step[] = ['here', 'whom', 'result', 'details'];
export const PHOTOS_MAX = 20;

export function freshDraft(stopId: string | null, now: Date): VisitDraft {
  return {
    version: 1, id: newId(now.getTime()), promise_id: newId(now.getTime()), stop_id: stopId, started_at: now.toISOString(), step: 'here',
    check_in: null, outside_reason: null, outcome: NO_OUTCOME, photos: [],
  };
}

/** The kept draft if it can still be read, else undefined. */
export function readDraft(kept: unknown): VisitDraft | undefined {
  const read = v.safeParse(draftSchema, kept);
  return read.success ? read.output : undefined;
}

export function stepBefore(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) - 1];
}

export function withPhoto(draft: VisitDraft, taken: PhotoTaken): VisitDraft {
  return { ...draft, photos: [...draft.photos, { ...taken }] };
}

/** The same visit once more, after its record was taken back: everything as it was, under new names. */
export function again(draft: VisitDraft, now: Date): VisitDraft {
  const ms = now.getTime();
  return { ...draft, id: newId(ms), promise_id: newId(ms), step: 'details', photos: draft.photos.map((one) => ({ ...one, id: newId(ms) })) };
}

/** The record of a finished visit. `now` is the moment of saving: from then on there are 5 s to take it back. */
export function visitFrom(draft: VisitDraft, shown: ShownCase, now: Date): VisitRecord {
  return {
    id: draft.id,
    case_id: shown.id,
    stop_id: draft.stop_id,
    address_id: doorOf(shown)?.id ?? null,
    started_at: draft.started_at,
    ended_at: now.toISOString(),
    check_in: draft.check_in,
    outside_reason: draft.outside_reason,
    ...told(draft.outcome, 'visit', { currency: shown.currency, promiseId: draft.promise_id }),
    photos: draft.photos,
  };
}
