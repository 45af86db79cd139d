/** Something was done: keep it first, then try to send it. */
import { record, type Deed } from '@/store/outbox';

import { store } from './session.svelte';
import { askForWakeUp, kick } from './syncing.svelte';

/** Writes the deed down; when this returns it is safe on the phone. Sending starts by itself. */
export async function act(deed: Deed, now: Date = new Date()): Promise<string> {
  const id = await record(store(), deed, now);
  kick();
  // The deed is safe; whether the browser promises to wake us is not worth waiting for.
  askForWakeUp().catch((error: unknown) => { reportError(error); });
  return id;
}
