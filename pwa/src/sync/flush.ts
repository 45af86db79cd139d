/** One whole round: what was done here goes out, what changed there comes in, photos follow. One round at a time. */
import { ask } from '@/api/http';
import { clearReadable, isEmptied } from '@/store/closing';
import { openExistingStore, type Store } from '@/store/database';
import { keepLast, lastRow, type LastRow } from '@/store/device';
import { isOpen, LockedError } from '@/store/keys';

import { learnBox } from './keys';
import { leaveBehind } from './left_behind';
import { sendOriginals } from './originals';
import type { Outcome } from './outcome';
import { pull } from './pull';
import { push } from './push';
import { askQuestions } from './questions';
import { upload } from './upload';

/** Held during a round, over all tabs and the service worker; a new version waits for it before it takes over. */
export const FLUSH_LOCK = 'rounds-flush';
/** The name under which the browser wakes the service worker when there is a network again. */
export const FLUSH_TAG = 'rounds-flush';

async function talk(db: Store, { device_id, closed }: LastRow): Promise<Outcome> {
  let ended: Outcome = 'done';
  // While locked nothing that could be read comes in: news wait for whoever opens the phone.
  const news = isOpen() ? [() => learnBox(db, device_id), () => pull(db), () => askQuestions(db, new Date())] : [];
  const steps = [() => push(db, device_id), ...news, () => upload(db), () => sendOriginals(db, closed !== '')];
  for (const step of steps) {
    const outcome = await step();
    if (outcome === 'behind') ended = outcome;
    else if (outcome !== 'done') return outcome;
  }
  return ended;
}

async function round(db: Store, last: LastRow): Promise<Outcome> {
  const outcome = last.closed === 'revoked' ? 'sign_in' : await talk(db, last);
  if (outcome === 'sign_in' || outcome === 'forbidden') return await leaveBehind(db, last, outcome);
  if (outcome === 'done' && last.closed === 'pin') await endSession(db, last);
  return outcome;
}

/** After eight wrong PINs the session was left for what was unsent; once all is sent, whoever holds the phone has none. */
async function endSession(db: Store, last: LastRow): Promise<void> {
  await clearReadable(db);
  if (!(await isEmptied(db))) return;
  const reply = await ask({ method: 'DELETE', path: '/v1/session' });
  if (reply.kind !== 'unreached') await keepLast({ ...last, carries: false });
}

/** Runs a round for whoever works here, locked or open. Says `busy` when one is running already. */
export async function flush(): Promise<Outcome> {
  const last = await lastRow();
  if (last === undefined) return 'sign_in';
  // Desk roles work on the server directly and have nothing to carry.
  if (!last.carries) return 'done';
  return await navigator.locks.request(FLUSH_LOCK, { ifAvailable: true }, async (lock): Promise<Outcome> => {
    if (lock === null) return 'busy';
    const db = await openExistingStore(last.user_id);
    if (db === undefined) return 'later';
    try {
      return await round(db, last);
    } catch (error) {
      // Locked in the middle of a round: what was being written is asked for again.
      if (error instanceof LockedError) return 'later';
      throw error;
    } finally {
      db.close();
    }
  });
}
