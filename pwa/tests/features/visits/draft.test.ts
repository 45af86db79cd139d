import { describe, expect, it } from 'vitest';

import { withMet, withResult } from '@/app/forms/outcome';
import { again, filesOf, freshDraft, hashesOf, readDraft, stepBefore, visitFrom, withChange, withNote, withPhoto, withSignature } from '@/features/visits/draft';
import { foldCase } from '@/rules/fold';
import { resultOf } from '@/rules/codes';

import { sampleCase } from '../../sync/samples';

const now = new Date('2026-11-24T10:00:00Z');
const photo = { id: 'e1', sha256: 'a'.repeat(64), size_bytes: 1, media_type: 'image/jpeg', original_sha256: 'b'.repeat(64), original_size_bytes: 2, original_kept: true, taken_at: now.toISOString(), scope: 'outside' as const, consent_by: null, manifest: null, signature: null };
const addresses = [{ id: 'home', party_id: null, kind: 'home', line: 'x', place: { lat: 1, lon: 2 }, status: 'good' }];
const shown = foldCase(sampleCase('k1', { addresses }), [], { pulledAt: '', by: 'Lin' });

function nobodyHome(): ReturnType<typeof freshDraft> {
  const result = resultOf('visit', 'NOT_HOME');
  if (result === undefined) throw new Error('no NOT_HOME');
  const draft = withPhoto(freshDraft('s1', now), photo);
  return { ...draft, outcome: withResult(withMet(draft.outcome, 'nobody'), result) };
}

describe('the draft', () => {
  it('OF-2: comes back from the store as it went in', () => {
    const draft = nobodyHome();
    expect(readDraft(structuredClone(draft))).toEqual(draft);
  });

  it.each([undefined, null, {}, { version: 2 }, { ...freshDraft(null, now), step: 'other' }])('of an unknown shape is begun anew: %j', (kept) => {
    expect(readDraft(kept)).toBeUndefined();
  });

  it('goes back step by step', () => {
    expect([stepBefore('details'), stepBefore('result'), stepBefore('whom'), stepBefore('here')]).toEqual(['result', 'whom', 'here', undefined]);
  });

  it('gets new names when the record was taken back', () => {
    const draft = nobodyHome();
    const fresh = again(draft, now);
    const names = [draft.id, draft.promise_id, 'e1', fresh.id, fresh.promise_id, fresh.photos[0]?.id];
    expect(new Set(names).size).toBe(6);
    expect(fresh.outcome).toEqual(draft.outcome);
  });
});

const whole = { size_bytes: 9, taken_at: now.toISOString(), manifest: '{}', signature: 's' };
const note = { id: 'n1', sha256: 'c'.repeat(64), media_type: 'audio/webm', duration_ms: 1000, consent_by: 'client' as const, ...whole };
const drawn = { id: 's1', sha256: 'd'.repeat(64), media_type: 'image/png' as const, statement: '{}', ...whole };

describe('notes and signatures', () => {
  it('EV-5, EV-6: go up beside the photos, and what the camera gave follows', () => {
    const draft = withSignature(withNote(nobodyHome(), note), drawn);
    expect(filesOf(draft).map(({ id, part }) => [id, part])).toEqual([
      ['e1', undefined], ['n1', 'audio'], ['s1', 'signature'], ['e1:original', 'original'],
    ]);
    expect(new Set(hashesOf(draft))).toEqual(new Set(['a', 'b', 'c', 'd'].map((letter) => letter.repeat(64))));
    expect(readDraft(structuredClone(draft))).toEqual(draft);
  });

  it('EV-5: a signature goes when the promise under it is another one, and only then', () => {
    const draft = withSignature(nobodyHome(), drawn);
    const outcome = { ...draft.outcome, amount: '200' };
    expect(withChange(draft, { outcome }, 5).signatures).toEqual([]);
    expect(withChange(draft, { outcome: { ...draft.outcome, note: 'x' } }, 5).signatures).toBeUndefined();
    expect(again(draft, now).signatures).toEqual([]);
  });

  it('EV-6: a draft of before there were notes has none', () => {
    const { audio_notes, signatures, form, ...old } = nobodyHome();
    expect(readDraft(old)).toEqual({ ...old, audio_notes, signatures, form });
  });
});

describe('the record', () => {
  it('EV-1: names door, stop, times, person and the photo by both hashes', () => {
    const draft = nobodyHome();
    expect(visitFrom(draft, shown, { now: new Date('2026-11-24T10:05:00Z'), atMs: 61_000, permitId: 'p1' })).toEqual({
      permit_id: 'p1',
      id: draft.id, case_id: 'k1', stop_id: 's1', address_id: 'home', started_at: '2026-11-24T10:00:00.000Z', ended_at: '2026-11-24T10:05:00.000Z',
      check_in: null, outside_reason: null, result: 'NOT_HOME', party: 'nobody', paid_minor: null, promise: null, photos: [photo], note: '',
      next_step: 'revisit', next_on: null, audio_notes: [], signatures: [], form: { steps: [], saved_ms: 61_000, resumed: 0 },
    });
  });

  it('of an unfinished draft cannot be made', () => {
    expect(() => visitFrom(freshDraft(null, now), shown, { now, atMs: 0, permitId: null })).toThrow('fault');
  });
});
