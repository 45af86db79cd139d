/** What the phone judges contacts by comes after a round: the records first, so that leases and histories agree. */
import { askGate } from '@/sync/gate';

import { deviceId, isUnlocked, store } from '../session.svelte';

export async function learnGate(): Promise<void> {
  if (isUnlocked()) await askGate(store(), deviceId(), new Date());
}
