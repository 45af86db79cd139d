/**
 * How does what the camera gave follow its smaller copy? By itself where the network costs nothing, or as the lender says.
 *
 * None of it is let go of in silence: the server is told first that an original will not come, and why.
 */
import { ask } from '@/api/http';
import { DEFAULT_POLICY, maySendOriginals, type Connection } from '@/rules/originals';
import { tellChanged } from '@/store/changed';
import type { Store } from '@/store/database';
import { metaOf } from '@/store/meta';
import type { PhotoRow } from '@/store/schema';

import { outcomeOf, type Outcome } from './outcome';
import { isAnnounced, LOST, uploadOne } from './upload';

/** As many as the server takes at once. */
const GIVEN_UP_MAX = 100;
const UUID_LENGTH = 36;
/** Where a lost original stands when the server knows of it. */
const TOLD = 'evidence.original_given_up';

function connection(): Connection | undefined {
  return (navigator as { readonly connection?: Connection }).connection;
}

/** Tells the server that these will never come; `settle` is called for each when it has heard. */
async function giveUp(rows: readonly PhotoRow[], reason: 'policy' | 'lost', settle: (row: PhotoRow) => Promise<unknown>): Promise<Outcome> {
  const told = rows.slice(0, GIVEN_UP_MAX);
  if (told.length === 0) return 'done';
  const evidence_ids = told.map(({ id }) => id.slice(0, UUID_LENGTH));
  const reply = await ask({ method: 'POST', path: '/v1/uploads/given-up', json: { evidence_ids, reason } });
  if (reply.kind === 'unreached') return 'offline';
  if (reply.kind === 'refused') return outcomeOf(reply.status);
  for (const row of told) await settle(row);
  tellChanged();
  return told.length < rows.length ? 'behind' : 'done';
}

/** The lender wants none any more: the bytes go, the record says so. */
async function letGo(db: Store, row: PhotoRow): Promise<void> {
  const tx = db.transaction(['photos', 'photo_bytes'], 'readwrite');
  await Promise.all([tx.objectStore('photos').delete(row.id), tx.objectStore('photo_bytes').delete(row.sha256), tx.done]);
}

async function tellLost(db: Store): Promise<Outcome> {
  const refused = await db.getAllFromIndex('photos', 'state', 'refused');
  const lost = refused.filter(({ part, code }) => part === 'original' && code === LOST);
  return await giveUp(lost, 'lost', (row) => db.put('photos', { ...row, code: TOLD }));
}

/** Sends the originals that wait; on a phone that is closed for good whatever it costs, for nobody will ask again. */
export async function sendOriginals(db: Store, isLastChance: boolean): Promise<Outcome> {
  const later = await db.getAllFromIndex('photos', 'state', 'later');
  const announced: PhotoRow[] = [];
  for (const row of later) if (await isAnnounced(db, row)) announced.push(row);
  const policy = (await metaOf(db, 'originals')) ?? DEFAULT_POLICY;
  if (policy === 'never') return await giveUp(announced, 'policy', (row) => letGo(db, row));
  if (isLastChance || maySendOriginals(policy, connection())) {
    for (const row of announced) {
      const outcome = await uploadOne(db, row);
      if (outcome !== 'done') return outcome;
    }
  }
  return await tellLost(db);
}
