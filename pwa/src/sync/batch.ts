/** Which items go out together? In order of their number, at most so many and so large. */
import type { OutboxRow } from '@/store/schema';

export const BATCH_MAX = 100;
export const BATCH_BYTES_MAX = 256 * 1024;
/** The server takes so many envelopes with a batch; one is made at each unlock. */
export const ENVELOPES_MAX = 50;

/** An item beside the size that it has on the wire. */
export interface Weighed {
  readonly row: OutboxRow;
  readonly bytes: number;
}

/** The first items that fit; a single one that is too large for any batch still goes, alone, to hear its refusal. */
export function firstBatch(items: readonly Weighed[], countMax = BATCH_MAX, bytesMax = BATCH_BYTES_MAX): Weighed[] {
  const ordered = items.toSorted((one, other) => one.row.seq - other.row.seq);
  const batch: Weighed[] = [];
  const envelopes = new Set<string>();
  let bytes = 0;
  for (const item of ordered) {
    const envelope = item.row.wire?.envelope_id;
    const isFull = envelope !== undefined && !envelopes.has(envelope) && envelopes.size >= ENVELOPES_MAX;
    if (isFull || batch.length >= countMax || (batch.length > 0 && bytes + item.bytes > bytesMax)) break;
    batch.push(item);
    bytes += item.bytes;
    if (envelope !== undefined) envelopes.add(envelope);
  }
  return batch;
}
