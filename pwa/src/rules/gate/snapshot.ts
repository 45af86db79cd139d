/** What law does the phone judge by while it is offline? The twin of backend/compliance/snapshot.py; read after its signature was checked. */
import { instant } from './instants';
import { heldPack } from './packs';
import { list, needed, struct, type Read } from './reading';
import { zoneTables } from './zones';

const snapshot = struct({
  packs: needed(list(heldPack, { max: 100 })),
  zones: needed(zoneTables),
  expires_at: needed(instant),
});

export type Snapshot = Read<typeof snapshot>;

/** Read a snapshot; throws a ReadingError for a law that this app does not understand in full. */
export function readSnapshot(json: unknown): Snapshot {
  return snapshot(json, '$');
}
