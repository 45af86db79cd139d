import { expect, it } from 'vitest';

import type { OutboxRow } from '@/store/schema';
import { ENVELOPES_MAX, firstBatch, type Weighed } from '@/sync/batch';

function item(seq: number, bytes: number, envelope_id?: string): Weighed {
  const row: OutboxRow = {
    id: String(seq), seq, kind: 'duty.end', case_id: '', schema: 1, occurred_at: '', clock_offset_ms: null, state: 'saved',
    answered_at: null, code: null, answer: null, receipt_id: null, sealed: { form: 0, plain: { kind: 'duty.end', body: {} } },
    wire: envelope_id === undefined ? null : { envelope_id, iv: new Uint8Array(12), data: new ArrayBuffer() },
  };
  return { row, bytes };
}

const seqs = (items: readonly Weighed[]): number[] => items.map(({ row }) => row.seq);

it('goes in the order of the numbers', () => {
  expect(seqs(firstBatch([item(3, 1), item(1, 1), item(2, 1)]))).toEqual([1, 2, 3]);
});

it('stops at the count and before the size', () => {
  expect(seqs(firstBatch([item(1, 1), item(2, 1), item(3, 1)], 2))).toEqual([1, 2]);
  expect(seqs(firstBatch([item(1, 60), item(2, 40), item(3, 1)], 9, 100))).toEqual([1, 2]);
  expect(seqs(firstBatch([item(1, 60), item(2, 41), item(3, 1)], 9, 100))).toEqual([1]);
});

it('lets one that is too large for any batch go alone', () => {
  expect(seqs(firstBatch([item(1, 500), item(2, 1)], 9, 100))).toEqual([1]);
});

it('stops before it needs more envelopes than the server takes', () => {
  const many = Array.from({ length: ENVELOPES_MAX * 2 + 1 }, (_, index) => item(index + 1, 1, `e${String(Math.floor(index / 2))}`));
  expect(firstBatch(many, 1000)).toHaveLength(ENVELOPES_MAX * 2);
});
