/** Something was done: keep it first, then try to send it. */
import type { Act } from '@/api/types';
import { withoutPans } from '@/rules/pan';
import { record, type Deed } from '@/store/outbox';

import { store } from './session.svelte';
import { askForWakeUp, kick } from './syncing.svelte';

/** What was typed in words, without card numbers. */
function withoutCards(act: Act): Act {
  switch (act.kind) {
    case 'visit.record': return { ...act, body: { ...act.body, note: withoutPans(act.body.note) } };
    case 'call.record': return { ...act, body: { ...act.body, note: withoutPans(act.body.note) } };
    case 'case.edit': return { ...act, body: { ...act.body, value: withoutPans(act.body.value) } };
    case 'stop.skip': return { ...act, body: { ...act.body, reason: withoutPans(act.body.reason) } };
    case 'evidence.answer': return { ...act, body: { ...act.body, text: withoutPans(act.body.text) } };
    case 'record.withdraw':
    case 'contact.reveal':
    case 'stop.restore':
    case 'stops.reorder':
    case 'duty.start':
    case 'duty.end': return act;
  }
}

/** Writes the deed down; when this returns it is safe on the phone. Sending starts by itself. */
export async function act(deed: Deed, now: Date = new Date()): Promise<string> {
  const id = await record(store(), { ...deed, act: withoutCards(deed.act) }, now);
  kick();
  // The deed is safe; whether the browser promises to wake us is not worth waiting for.
  askForWakeUp().catch((error: unknown) => { reportError(error); });
  return id;
}
