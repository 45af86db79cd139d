import { expect, it } from 'vitest';

import { onlyHere, shelves } from '@/features/outbox/items';
import type { Done } from '@/store/outbox';
import type { OutboxState, PhotoRow } from '@/store/schema';

function done(id: string, state: OutboxState): Done {
  const act = { kind: 'duty.end' as const, body: {} };
  const row = {
    id, seq: 1, kind: act.kind, case_id: '', schema: 1, occurred_at: '', clock_offset_ms: null, state, answered_at: null, code: null, answer: null,
    receipt_id: null, sealed: { form: 0 as const, plain: act }, wire: null,
  };
  return { row, act, answer: undefined };
}

const photo = (state: PhotoRow['state']): PhotoRow => ({
  id: state, sha256: '', mutation_id: 'c', case_id: '', media_type: 'image/jpeg', size_bytes: 10, state, sent_bytes: 0, upload_path: '', code: '',
});

it('OF-6: each thing stands on one shelf, newest first', () => {
  const found = shelves([done('a', 'saved'), done('b', 'sending'), done('c', 'accepted'), done('d', 'refused'), done('e', 'conflict'), done('f', 'aside'), done('g', 'saved')], []);
  const ids = Object.fromEntries((['here', 'way', 'needs', 'server', 'aside'] as const).map((shelf) => [shelf, found[shelf].map(({ row }) => row.id).join('')]));
  expect(ids).toEqual({ here: 'ga', way: 'b', needs: 'ed', server: 'c', aside: 'f' });
});

it('the phone may be put away only when nothing, no photo either, is only here', () => {
  expect(onlyHere(shelves([done('c', 'accepted')], [photo('stored')]))).toBe(0);
  expect(onlyHere(shelves([done('c', 'accepted')], [photo('waiting')]))).toBe(1);
  expect(onlyHere(shelves([done('a', 'saved'), done('b', 'sending')], []))).toBe(2);
  expect(onlyHere(shelves([done('c', 'accepted')], [photo('stored'), { ...photo('later'), part: 'original' }]))).toBe(0);
});

it('EV-1: originals that follow are counted apart', () => {
  const found = shelves([], [photo('waiting'), { ...photo('later'), part: 'original' }, { ...photo('refused'), part: 'original' }]);
  expect([found.photos.length, found.originals.length]).toEqual([1, 1]);
});
