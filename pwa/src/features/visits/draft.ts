/**
 * What is a visit before it is recorded, and what does the record of it say?
 *
 * The draft is written after every tap. It is read back through a schema, because an older version of the app may have
 * written it; what no longer fits is begun anew rather than guessed.
 */
import * as v from 'valibot';

import type { AudioTaken, PhotoTaken, SignatureTaken, VisitRecord } from '@/api/types';
import { NO_OUTCOME, outcomeSchema, told } from '@/app/forms/outcome';
import { newId } from '@/lib/ids';
import type { ShownCase } from '@/rules/fold';
import { doorOf } from '@/store/heads';
import type { NewPhoto } from '@/store/outbox';

import { changed, differing, entered, formSchema, NO_LOG, toldOf } from './form_log';

const point = v.object({ lat: v.number(), lon: v.number() });

const photo = v.object({
  id: v.string(), sha256: v.string(), size_bytes: v.number(), media_type: v.string(), original_sha256: v.string(),
  original_size_bytes: v.number(), taken_at: v.string(), scope: v.picklist(['outside', 'document', 'inside']),
  // A draft of before photos were signed has none of these.
  consent_by: v.optional(v.nullable(v.picklist(['client', 'household', 'company'])), null),
  manifest: v.optional(v.nullable(v.string()), null), signature: v.optional(v.nullable(v.string()), null),
  original_kept: v.optional(v.boolean(), false),
});

const whole = { id: v.string(), sha256: v.string(), size_bytes: v.number(), taken_at: v.string(), manifest: v.string(), signature: v.string() };
const audio = v.object({ ...whole, media_type: v.string(), duration_ms: v.number(), consent_by: v.picklist(['self', 'client', 'household', 'company']) });
const drawn = v.object({ ...whole, media_type: v.literal('image/png'), statement: v.string() });

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
  // A draft of before there were any has none of these.
  audio_notes: v.optional(v.array(audio), []),
  signatures: v.optional(v.array(drawn), []),
  form: v.optional(formSchema, NO_LOG),
});

export type VisitDraft = v.InferOutput<typeof draftSchema>;
export type Step = VisitDraft['step'];

export const STEPS: readonly Step[] = ['here', 'whom', 'result', 'details'];
export const PHOTOS_MAX = 20;
export const NOTES_MAX = 3;
export const NOTE_MS_MAX = 180_000;

export function freshDraft(stopId: string | null, now: Date): VisitDraft {
  return {
    version: 1, id: newId(now.getTime()), promise_id: newId(now.getTime()), stop_id: stopId, started_at: now.toISOString(), step: 'here',
    check_in: null, outside_reason: null, outcome: NO_OUTCOME, photos: [], audio_notes: [], signatures: [], form: NO_LOG,
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

export function withNote(draft: VisitDraft, note: AudioTaken): VisitDraft {
  return { ...draft, audio_notes: [...draft.audio_notes, { ...note }] };
}

export function withSignature(draft: VisitDraft, signature: SignatureTaken): VisitDraft {
  return { ...draft, signatures: [{ ...signature }] };
}

/** What a change does besides: a signature stands under one promise, and goes when that is another one now. */
export function withChange(draft: VisitDraft, changes: Partial<VisitDraft>, atMs: number): Partial<VisitDraft> {
  const next = { ...draft, ...changes };
  const isOtherPromise = (['result', 'amount', 'due_on'] as const).some((field) => next.outcome[field] !== draft.outcome[field]);
  const { outcome, ...rest } = changes;
  const told = [...differing(draft, rest).filter((field) => field !== 'step'), ...(outcome === undefined ? [] : differing(draft.outcome, outcome))];
  const log = told.reduce((so_far, answer) => changed(so_far, answer, atMs), entered(draft.form, draft.step, draft.form.at_ms));
  return { ...changes, form: entered(log, next.step, atMs), ...(isOtherPromise ? { signatures: [] } : {}) };
}

/** The files of a draft by the hashes of their bytes, originals too. */
export function hashesOf({ photos, audio_notes, signatures }: Pick<VisitDraft, 'photos' | 'audio_notes' | 'signatures'>): string[] {
  return [...photos.flatMap((one) => [one.sha256, one.original_sha256]), ...[...audio_notes, ...signatures].map((one) => one.sha256)];
}

/** What must reach the server besides the record: what travels at once, and originals that follow. */
export function filesOf({ photos, audio_notes, signatures }: Pick<VisitRecord, 'photos' | 'audio_notes' | 'signatures'>): NewPhoto[] {
  const file = ({ id, sha256, media_type, size_bytes }: NewPhoto, part?: NewPhoto['part']): NewPhoto => ({
    id, sha256, media_type, size_bytes, ...(part === undefined ? {} : { part }),
  });
  const originals = photos.filter((one) => one.original_kept).map((one): NewPhoto => (
    { id: `${one.id}:original`, part: 'original', sha256: one.original_sha256, media_type: one.media_type, size_bytes: one.original_size_bytes }
  ));
  return [
    ...photos.map((one) => file(one)), ...audio_notes.map((one) => file(one, 'audio')), ...signatures.map((one) => file(one, 'signature')), ...originals,
  ];
}

/** The same visit once more, after its record was taken back: everything as it was, under new names. */
export function again(draft: VisitDraft, now: Date): VisitDraft {
  const ms = now.getTime();
  const renamed = <Taken extends { id: string }>(taken: readonly Taken[]): Taken[] => taken.map((one) => ({ ...one, id: newId(ms) }));
  return {
    ...draft, id: newId(ms), promise_id: newId(ms), step: 'details', photos: renamed(draft.photos), audio_notes: renamed(draft.audio_notes), signatures: [],
  };
}

/**
 * The record of a finished visit. `now` is the moment of saving: from then on there are 5 s to take it back; `atMs` is the
 * same moment by the form's own clock. `permitId` is the lease that it spends.
 */
export function visitFrom(draft: VisitDraft, shown: ShownCase, { now, atMs, permitId }: { readonly now: Date; readonly atMs: number; readonly permitId: string | null }): VisitRecord {
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
    audio_notes: draft.audio_notes,
    signatures: draft.signatures,
    form: toldOf(draft.form, atMs),
    permit_id: permitId,
  };
}
