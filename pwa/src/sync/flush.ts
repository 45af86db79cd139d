/** One whole round: what was done here goes out, what changed there comes in, photos follow. One round at a time. */
import { deviceOf, lastPerson } from '@/store/device';
import { openExistingStore, type Store } from '@/store/database';

import type { Outcome } from './outcome';
import { pull } from './pull';
import { push } from './push';
import { upload } from './upload';

/** Held during a round, over all tabs and the service worker; a new version waits for it before it takes over. */
export const FLUSH_LOCK = 'rounds-flush';
/** The name under which the browser wakes the service worker when there is a network again. */
export const FLUSH_TAG = 'rounds-flush';

async function round(db: Store, deviceId: string): Promise<Outcome> {
  let ended: Outcome = 'done';
  for (const step of [() => push(db, deviceId), () => pull(db), () => upload(db)]) {
    const outcome = await step();
    if (outcome === 'behind') ended = outcome;
    else if (outcome !== 'done') return outcome;
  }
  return ended;
}

/** Runs a round for whoever is signed in. Says `busy` when one is running already. */
export async function flush(): Promise<Outcome> {
  const person = await lastPerson();
  if (person === undefined) return 'sign_in';
  // Desk roles work on the server directly and have nothing to carry.
  if (!person.permissions.includes('sync.push')) return 'done';
  return await navigator.locks.request(FLUSH_LOCK, { ifAvailable: true }, async (lock): Promise<Outcome> => {
    if (lock === null) return 'busy';
    const db = await openExistingStore(person.user_id);
    if (db === undefined) return 'later';
    try {
      return await round(db, (await deviceOf(person.login)).id);
    } finally {
      db.close();
    }
  });
}
