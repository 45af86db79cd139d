import { describe, expect, it } from 'vitest';

import { withMet, withResult } from '@/app/forms/outcome';
import { again, freshDraft, readDraft, stepBefore, visitFrom, withPhoto } from '@/features/visits/draft';
import { foldCase } from '@/rules/fold';
import { resultOf } from '@/rules/codes';

import { sampleCase } from '../../sync/samples';

const now = new Date('2026-11-24T10:00:00Z');
const photo = { id: 'e1', sha256: 'a'.repeat(64), size_bytes: 1, media_type: 'image/jpeg', original_sha256: 'b'.repeat(64), original_size_bytes: 2, taken_at: now.toISOString(), scope: 'outside' as const, consent_by: null, manifest: null, signature: null };
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

describe('the record', () => {
  it('EV-1: names door, stop, times, person and the photo by both hashes', () => {
    const draft = nobodyHome();
    expect(visitFrom(draft, shown, new Date('2026-11-24T10:05:00Z'))).toEqual({
      id: draft.id, case_id: 'k1', stop_id: 's1', address_id: 'home', started_at: '2026-11-24T10:00:00.000Z', ended_at: '2026-11-24T10:05:00.000Z',
      check_in: null, outside_reason: null, result: 'NOT_HOME', party: 'nobody', paid_minor: null, promise: null, photos: [photo], note: '',
      next_step: 'revisit', next_on: null,
    });
  });

  it('of an unfinished draft cannot be made', () => {
    expect(() => visitFrom(freshDraft(null, now), shown, now)).toThrow('fault');
  });
});
