/** What does a screen need to judge a contact? What the store keeps of the gate, opened, with the deeds of the case. */
import type { Deed } from '@/rules/fold';
import { judgeContact, leaseFor, type ContactFacts, type Judged, type Kept } from '@/rules/contact';
import { readSnapshot, type Snapshot } from '@/rules/gate/snapshot';
import type { Store } from '@/store/database';
import { keptGate } from '@/store/gate';
import { doneOn } from '@/store/outbox';

import { deedsOf } from '../seen';

export interface SeenGate {
  readonly kept: Kept | undefined;
  readonly contacts: readonly ContactFacts[];
  readonly deeds: readonly Deed[];
}

let read: { readonly signed: string; readonly law: Snapshot } | undefined;

/** Its signature was checked when it came; it is read once. */
function lawOf(signed: string): Snapshot {
  if (read?.signed !== signed) {
    const parsed: unknown = JSON.parse(signed);
    read = { signed, law: readSnapshot(parsed) };
  }
  return read.law;
}

export async function seenGate(store: Store, caseId: string): Promise<SeenGate> {
  const [kept, done] = await Promise.all([keptGate(store), doneOn(store, caseId)]);
  const contacts = kept?.gate.contacts.filter((one) => one.case_id === caseId) ?? [];
  const law = kept?.law === undefined ? undefined : lawOf(kept.law.signed);
  return { kept: kept === undefined ? undefined : { gate: kept.gate, law }, contacts, deeds: deedsOf(done) };
}

const factsTo = (seen: SeenGate, toId: string | null): ContactFacts | undefined => seen.contacts.find((one) => one.to_id === toId);

export function judgeTo(seen: SeenGate, toId: string | null, now: Date): Judged {
  return judgeContact(seen.kept, factsTo(seen, toId), seen.deeds, now);
}

/** The lease that a contact begun at this moment spends, whatever the gate said of it; null when there is none. */
export async function permitOf(store: Store, contact: { readonly case_id: string; readonly to_id: string | null; readonly at: string }): Promise<string | null> {
  const seen = await seenGate(store, contact.case_id);
  const facts = factsTo(seen, contact.to_id);
  if (seen.kept === undefined || facts === undefined) return null;
  return leaseFor(seen.kept.gate, facts, seen.deeds, Date.parse(contact.at))?.id ?? null;
}
