/** Which items go out together? In order of their number, at most so many and so large. */
import type { OutboxRow } from '@/store/schema';

export const BATCH_MAX = 100;
export const BATCH_BYTES_MAX = 256 * 1024;

/** An item beside the size that it has on the wire. */
export interface Weighed {
  readonly row: OutboxRow;
  readonly bytes: number;
}

/** The first items that fit; a single one that is too large for any batch still goes, alone, to hear its refusal. */
export function firstBatch(items: readonly Weighed[], countMax = BATCH_MAX, bytesMax = BATCH_BYTES_MAX): Weighed[] {
  const ordered = items.toSorted((one, other) => one.row.seq - other.row.seq);
  const batch: Weighed[] = [];
  let bytes = 0;
  for (const item of ordered) {
    if (batch.length >= countMax || (batch.length > 0 && bytes + item.bytes > bytesMax)) break;
    batch.push(item);
    bytes += item.bytes;
  }
  return batch;
}
