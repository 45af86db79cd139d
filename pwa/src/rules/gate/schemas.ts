/**
 * What is a situation, and what is a verdict? The twin of backend/compliance/schemas.py, with the same acceptance.
 *
 * What is absent is false, empty or null: what nobody recorded did not happen. Without `history` or `person.zones` the
 * gate fails closed. What contradicts itself is refused (`checking.ts`). Instants become microseconds since 1970, dates
 * days since 1970-01-01.
 */
import { checkDebts, checkHours, checkNow } from './checking';
import { date, instant } from './instants';
import { flag, integer, list, matching, needed, nullable, nullish, oneOf, struct, text, withDefault, type Read, type Reader } from './reading';

const HISTORY_MAX = 20_000;
const LIST_MAX = 1_000;
const some = { max: LIST_MAX };

/** By what a person is reached; `photo` is data entry, not a contact. */
export const CHANNELS = ['call', 'robot_call', 'voicemail', 'sms', 'im', 'push', 'email', 'letter', 'visit', 'photo'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Who would be reached: who owes, who speaks for them, anybody else, and the people of a company. */
export const ROLES = [
  'obligor', 'co_borrower', 'guarantor', 'heir', 'spouse', 'parent_of_minor', 'guardian', 'executor', 'attorney',
  'authorised_person', 'relative', 'emergency_contact', 'colleague', 'employer', 'neighbour', 'unknown', 'representative',
  'finance_contact', 'administrator',
] as const;
export type Role = (typeof ROLES)[number];

export const PERSON_KINDS = ['natural', 'company'] as const;
export type PersonKind = (typeof PERSON_KINDS)[number];

export const COLLECTOR_KINDS = ['lender', 'agency', 'debt_buyer'] as const;

/** Where the person is reached; `central` is an agreed place of meeting. */
export const PLACES = ['home_door', 'home_inside', 'workplace', 'private', 'public', 'central'] as const;

export const PHOTOS_OF = ['exterior', 'document', 'interior', 'person', 'collateral'] as const;

/** Why an address may be used. */
export const BASIS_KINDS = ['consumer_used', 'creditor_notice', 'prior_collector', 'consumer_text', 'reassigned_check'] as const;

/** What a text is for, where the law gives it a place of its own. */
export const TEMPLATES = ['answer', 'end_of_efforts', 'remedy_may', 'remedy_will', 'opt_out_confirmation', 'transfer_notice', 'agent_details'] as const;

/** What a script or template says; the text lint turns prose into these. */
export const SAYS = [
  'debt_info', 'authority', 'poses_as_lender', 'threat', 'false_claim', 'extra_fee', 'offers_credit', 'public_posting',
  'suit_threat', 'missed_delivery', 'premium_number', 'occupier_demand', 'seizure',
] as const;

/** What a script or template should have and has not. */
export const LACKS = ['identity', 'opt_out', 'ai_disclosure', 'debt_collector_notice', 'limited_content', 'grievance_officer', 'human_fallback'] as const;

export const PRODUCTS = ['consumer_loan', 'credit_card', 'student_loan', 'mortgage', 'microfinance', 'car_loan', 'corporate_loan'] as const;

export const LENDER_TYPES = ['bank', 'nbfc', 'consumer_finance', 'small_loan'] as const;

/** How far a contact got. A fault of our own line is no event. */
export const EVENT_KINDS = ['attempt', 'connect', 'conversation', 'failed', 'message', 'visit', 'no_show'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Who began: we (`out`) or the person (`in`). */
export const DIRECTIONS = ['out', 'in'] as const;

/** What stands against a contact. */
export const STATUS_KINDS = [
  'freeze', 'opt_out', 'refused', 'cease', 'attorney', 'complaint', 'dispute', 'original_creditor_request', 'bereavement',
  'critical_illness', 'minor', 'disaster', 'occasion', 'incapacity', 'breathing_space', 'mental_health_crisis',
  'debt_adviser', 'insolvency', 'instalment_agreement', 'no_place', 'lost',
] as const;

/** What the person agreed to; `preference` alone restricts, the others permit. */
export const AGREEMENT_KINDS = ['hours', 'preference', 'call', 'frequency', 'enter', 'photo', 'autodial', 'visit', 'direct_contact', 'place'] as const;
export type AgreementKind = (typeof AGREEMENT_KINDS)[number];

export const name = text({ min: 1, max: 200 });
export const clockTime = matching(/^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/);
export const weekdays = list(integer({ min: 1, max: 7 }), { min: 1, max: 7 });
const names = list(name, some);
const channel = oneOf(CHANNELS);
const place = oneOf(PLACES);

const basis = struct({ kind: needed(oneOf(BASIS_KINDS)), at: needed(instant) });

const action = struct({
  channel: needed(channel),
  to: nullish(name),
  place: nullish(place),
  debts: nullish(list(name, { min: 1, max: LIST_MAX })),
  planned_minutes: withDefault(integer({ min: 0, max: 1_440 }), 0),
  headcount: withDefault(integer({ min: 1, max: 100 }), 1),
  photo_of: nullish(oneOf(PHOTOS_OF)),
  basis: withDefault(list(basis, some), []),
  autodialled: flag(),
  notice_sent: flag(),
});

const person = struct({
  role: withDefault(nullable(oneOf(ROLES)), 'obligor'),
  id: nullish(name),
  kind: withDefault(oneOf(PERSON_KINDS), 'natural'),
  zones: nullish(list(text(), { max: 50 })),
  renounced: flag(),
});

const shown = {
  recording: flag(),
  registered_caller_id: flag(),
  badge: flag(),
  authorisation: flag(),
  certified: flag(),
  listed: flag(),
  details_sent: flag(),
};
export type Shown = keyof typeof shown;
/** What a collector can show. */
export const SHOWN: readonly Shown[] = ['recording', 'registered_caller_id', 'badge', 'authorisation', 'certified', 'listed', 'details_sent'];

const collector = struct({ kind: withDefault(oneOf(COLLECTOR_KINDS), 'agency'), id: nullish(name), ...shown });

const content = struct({
  template: nullish(oneOf(TEMPLATES)),
  says: withDefault(list(oneOf(SAYS), some), []),
  lacks: withDefault(list(oneOf(LACKS), some), []),
});

const debt = struct({
  id: needed(name),
  group: nullish(name),
  product: withDefault(oneOf(PRODUCTS), 'consumer_loan'),
  lender_type: withDefault(oneOf(LENDER_TYPES), 'bank'),
  placed_with: nullish(name),
  family_debt: flag(),
  illegal: flag(),
  time_barred: flag(),
  transferred: flag(),
  notified: flag(),
});

const event = struct({
  at: needed(instant),
  kind: needed(oneOf(EVENT_KINDS)),
  channel: nullish(channel),
  direction: withDefault(oneOf(DIRECTIONS), 'out'),
  person: withDefault(name, 'obligor'),
  to: nullish(name),
  place: nullish(place),
  debts: nullish(names),
  by: withDefault(name, 'lender'),
});

const status = struct({
  kind: needed(oneOf(STATUS_KINDS)),
  from: nullish(instant),
  until: nullish(instant),
  debts: nullish(names),
  channel: nullish(channel),
  place: nullish(place),
  unresponsive: flag(),
  late: flag(),
  extended: flag(),
  breached: flag(),
  written: flag(),
});

const plainAgreement = struct({
  kind: needed(oneOf(AGREEMENT_KINDS)),
  from: nullish(instant),
  until: nullish(instant),
  channels: nullish(list(channel, some)),
  debts: nullish(names),
  start: nullish(clockTime),
  end: nullish(clockTime),
  days: nullish(weekdays),
  place: nullish(place),
});

const agreement: Reader<Agreement> = (value, at) => {
  const read = plainAgreement(value, at);
  checkHours(read.start, read.end, read.kind === 'hours' || read.kind === 'preference', at);
  return read;
};

const situation = struct({
  now: needed(instant),
  action: needed(action),
  id: nullish(text()),
  jurisdiction: nullish(text()),
  packs: nullish(list(text(), { max: 50 })),
  /** undefined: judged on the server, not from a snapshot. */
  snapshot_expires_at: withDefault<number | null | undefined>(nullable(instant), undefined),
  holidays: withDefault(list(date, some), []),
  person: withDefault(person, person({}, '$.person')),
  collector: withDefault(collector, collector({}, '$.collector')),
  content: withDefault(nullable(content), content({}, '$.content')),
  debts: withDefault(list(debt, { min: 1, max: LIST_MAX }), [debt({ id: 'debt' }, '$.debts')]),
  history: nullish(list(event, { max: HISTORY_MAX })),
  status: withDefault(list(status, some), []),
  agreements: withDefault(list(agreement, some), []),
});

export type Action = Read<typeof action>;
export type Collector = Read<typeof collector>;
export type Debt = Read<typeof debt>;
export type ContactEvent = Read<typeof event>;
export type Status = Read<typeof status>;
export type Agreement = Read<typeof plainAgreement>;
/** All that the gate looks at: no clock, no calendar, no store beside it. */
export type Situation = Read<typeof situation>;

/** Read a situation; throws a ReadingError for whatever the server would refuse. */
export function readSituation(json: unknown): Situation {
  const read = situation(json, '$');
  checkNow(read.now);
  checkDebts(read.debts.map(({ id }) => id), read.action.debts);
  return read;
}

/** REVIEW: not now, not by this person alone; machines treat it as BLOCK. */
export type Decision = 'ALLOW' | 'REVIEW' | 'BLOCK';

/** Which law was consulted: name, version and SHA-256 of its file in canonical form (hex). */
export interface PackUsed {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
}

/** What the gate says; every list is sorted and has no doubles. */
export interface Verdict {
  readonly id: string | null;
  readonly decision: Decision;
  readonly rule_ids: readonly string[];
  readonly conditions: readonly string[];
  /** Only with BLOCK: ISO 8601, to the minute, with the offset of the person's first zone. */
  readonly earliest_allowed_at: string | null;
  readonly packs: readonly PackUsed[];
}
