/**
 * May the phone make this contact now, by what it took along? The gate over the facts of the server and the phone's own
 * contacts since, and a lease to spend.
 */
import type { PhoneGate } from '@/api/types';

import { resultOf, stopsContact } from './codes';
import type { Deed } from './fold';
import { evaluate } from './gate/rules';
import { readSituation, type Verdict } from './gate/schemas';
import type { Snapshot } from './gate/snapshot';
import { usableLease, type PermitLease } from './permits';

export type ContactFacts = PhoneGate['contacts'][number];

/** `hold`: a second person must decide; `spent`: lawful, but no lease is left; `unknown`: nothing to judge by. */
export type Face = 'may' | 'wait' | 'hold' | 'not' | 'spent' | 'unknown';

export interface RuleWords {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
}

export interface Judged {
  readonly face: Face;
  /** When it is lawful again; null when nobody can say. */
  readonly opens_at: string | null;
  readonly rules: readonly RuleWords[];
  readonly conditions: readonly string[];
  /** As of when the server told what was judged from; null when it told nothing. */
  readonly as_of: string | null;
  readonly lease: PermitLease | undefined;
}

/** What the phone judges by, as it lies in the store. */
export interface Kept {
  readonly gate: Omit<PhoneGate, 'law'>;
  readonly law: Snapshot | undefined;
}

const UNKNOWN: Judged = { face: 'unknown', opens_at: null, rules: [], conditions: [], as_of: null, lease: undefined };
/** Nobody was reached or gone to (backend: the meanings of results). */
const NO_CONTACT: ReadonlySet<string> = new Set(['BLOCKED_BY_POLICY', 'TECHNICAL_FAILURE', 'POLICY_HOURS', 'SKIPPED_TIME', 'SKIPPED_REJECTED']);

interface Own {
  readonly event: Readonly<Record<string, unknown>>;
  readonly stops: boolean;
  readonly at: string;
}

/** A contact recorded here that the server's facts cannot contain; how far it got is taken rather too far. */
function ownOf({ act, state, answered_at }: Deed, facts: ContactFacts, toldAt: string): Own[] {
  if ((act.kind !== 'visit.record' && act.kind !== 'call.record') || act.body.case_id !== facts.case_id) return [];
  if (state === 'refused' || (answered_at !== null && Date.parse(answered_at) < Date.parse(toldAt)) || NO_CONTACT.has(act.body.result)) return [];
  const channel = act.kind === 'visit.record' ? 'visit' : 'call';
  const to = act.kind === 'visit.record' ? act.body.address_id : act.body.contact_point_id;
  const { party, started_at: at } = act.body;
  const reached = party === 'obligor' ? 'conversation' : party === 'nobody' ? 'attempt' : 'connect';
  const direction = act.kind === 'call.record' && to === null ? 'in' : 'out';
  const result = resultOf(channel, act.body.result);
  // Whom it counts for is known of this number only; of another it counts for both, which is never too low.
  const person = to === facts.to_id ? personOf(facts) : 'obligor';
  return [{ event: { at, kind: channel === 'visit' ? 'visit' : reached, channel, direction, person, to }, stops: result !== undefined && stopsContact(result), at }];
}

function personOf({ situation }: ContactFacts): string {
  const person: unknown = situation['person'];
  const id: unknown = typeof person === 'object' && person !== null && 'id' in person ? person.id : undefined;
  return typeof id === 'string' ? id : 'obligor';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The lease that a contact at this moment spends; undefined when none is left. */
export function leaseFor(gate: Kept['gate'], facts: ContactFacts, deeds: readonly Deed[], atMs: number): PermitLease | undefined {
  const spent = new Set(deeds.flatMap(({ act }) => (act.kind === 'visit.record' || act.kind === 'call.record' ? [act.body.permit_id] : [])));
  const left = gate.leases.filter(({ id }) => !spent.has(id));
  return usableLease(left, { budget: facts.budget, person: personOf(facts), channel: facts.channel }, atMs);
}

function wordsOf(law: Snapshot, verdict: Verdict): readonly RuleWords[] {
  return verdict.rule_ids.flatMap((id) => {
    const article = law.packs.map(({ pack }) => pack.articles.get(id)).find((found) => found !== undefined);
    return article === undefined ? [{ id, zh: id, en: id }] : [{ id, zh: article.zh, en: article.en }];
  });
}

function faceOf(verdict: Verdict, hasLease: boolean): Face {
  switch (verdict.decision) {
    case 'BLOCK': return verdict.earliest_allowed_at === null ? 'not' : 'wait';
    case 'REVIEW': return 'hold';
    case 'ALLOW': return hasLease ? 'may' : 'spent';
  }
}

/** Judge a contact; without law or facts of it there is nothing to judge by, and it is held back. */
export function judgeContact(kept: Kept | undefined, facts: ContactFacts | undefined, deeds: readonly Deed[], now: Date): Judged {
  if (kept?.law === undefined || facts === undefined) return UNKNOWN;
  const { gate, law } = kept;
  const withdrawn = new Set(deeds.flatMap(({ act }) => (act.kind === 'record.withdraw' ? [act.body.target_id] : [])));
  const stands = deeds.filter(({ act }) => (act.kind !== 'visit.record' && act.kind !== 'call.record') || !withdrawn.has(act.body.id));
  const own = stands.flatMap((deed) => ownOf(deed, facts, gate.at));
  const { situation } = facts;
  const told: unknown = situation['history'];
  const verdict = evaluate(
    readSituation({
      ...situation, now: now.toISOString(), collector: gate.collector, snapshot_expires_at: new Date(law.expires_at / 1000).toISOString(),
      // A history that the server did not know is not made up here.
      ...(Array.isArray(told) ? { history: [...listOf(told), ...own.map(({ event }) => event)] } : {}),
      status: [...listOf(situation['status']), ...own.filter(({ stops }) => stops).map(({ at }) => ({ kind: 'freeze', from: at }))],
    }),
    law.packs,
    law.zones,
  );
  const lease = leaseFor(gate, facts, deeds, now.getTime());
  return {
    face: faceOf(verdict, lease !== undefined), opens_at: verdict.earliest_allowed_at, rules: wordsOf(law, verdict), conditions: verdict.conditions,
    as_of: gate.at, lease,
  };
}
