/** What do phone and server say to each other? The wire shapes, named as on the server. */

export interface Point {
  readonly lat: number;
  readonly lon: number;
}

export interface PromiseMade {
  readonly id: string;
  readonly amount_minor: number;
  readonly currency: string;
  readonly due_on: string;
  readonly tolerance_days: number;
}

export type PhotoScope = 'outside' | 'document' | 'inside';

export interface PhotoTaken {
  readonly id: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly media_type: string;
  readonly original_sha256: string;
  readonly original_size_bytes: number;
  readonly taken_at: string;
  readonly scope: PhotoScope;
}

export interface CheckIn {
  readonly place: Point;
  readonly accuracy_m: number;
  readonly at: string;
}

export interface VisitRecord {
  readonly id: string;
  readonly case_id: string;
  readonly stop_id: string | null;
  readonly address_id: string | null;
  readonly started_at: string;
  readonly ended_at: string;
  readonly check_in: CheckIn | null;
  readonly outside_reason: string | null;
  readonly result: string;
  readonly party: string;
  readonly paid_minor: number | null;
  readonly promise: PromiseMade | null;
  readonly photos: readonly PhotoTaken[];
  readonly note: string;
  readonly next_step: string | null;
  readonly next_on: string | null;
}

export interface CallRecord {
  readonly id: string;
  readonly case_id: string;
  readonly contact_point_id: string | null;
  readonly started_at: string;
  readonly ended_at: string;
  readonly result: string;
  readonly party: string;
  readonly paid_minor: number | null;
  readonly promise: PromiseMade | null;
  readonly note: string;
  readonly next_step: string | null;
  readonly next_on: string | null;
}

export type FactField = 'next_step' | 'visit_hint' | 'door_note';

/** Every kind of thing a phone may do offline, with the body of each (backend/sync/mutations.py). */
export interface MutationBodies {
  'visit.record': VisitRecord;
  'call.record': CallRecord;
  'record.withdraw': { readonly target_kind: 'visit' | 'call'; readonly target_id: string };
  'case.edit': { readonly case_id: string; readonly field: FactField; readonly base_version: number; readonly value: string };
  'contact.reveal': { readonly case_id: string; readonly contact_point_id: string; readonly reason: string };
  'stop.skip': { readonly stop_id: string; readonly reason: string };
  'stop.restore': { readonly stop_id: string };
  'stops.reorder': { readonly plan_id: string; readonly stop_ids: readonly string[] };
  'duty.start': { readonly place: Point | null };
  'duty.end': Readonly<Record<string, never>>;
}

export type MutationKind = keyof MutationBodies;

/** The schema of each body as this app writes it; the server lifts older ones. */
export const SCHEMAS: Readonly<Record<MutationKind, number>> = {
  'visit.record': 2, 'call.record': 2, 'record.withdraw': 1, 'case.edit': 1, 'contact.reveal': 1, 'stop.skip': 1,
  'stop.restore': 1, 'stops.reorder': 1, 'duty.start': 1, 'duty.end': 1,
};

/** One thing that was done, with the body that belongs to its kind. */
export type Act = { [Kind in MutationKind]: { readonly kind: Kind; readonly body: MutationBodies[Kind] } }[MutationKind];

export type Mutation = Act & {
  readonly id: string;
  readonly seq: number;
  readonly schema: number;
  readonly occurred_at: string;
  readonly clock_offset_ms: number | null;
};

export interface PushRequest {
  readonly device_id: string;
  readonly app_version: string;
  readonly sent_at: string;
  readonly unsent_count: number;
  readonly mutations: readonly Mutation[];
}

export interface Answer {
  readonly id: string;
  readonly status: 'accepted' | 'refused' | 'conflict';
  readonly code: string | null;
  readonly detail: Readonly<Record<string, string>>;
  readonly is_replay: boolean;
}

export interface Receipt {
  readonly key_id: string;
  readonly signed: string;
  readonly signature: string;
}

export interface PushAnswer {
  readonly received_at: string;
  readonly answers: readonly Answer[];
  readonly receipt: Receipt;
}

export interface PhoneParty {
  readonly id: string;
  readonly role: string;
  readonly relation: string;
  readonly name: string;
  readonly may_contact: boolean;
  readonly consent: string;
}

export interface PhoneContact {
  readonly id: string;
  readonly party_id: string | null;
  readonly kind: string;
  readonly value: string;
  readonly status: string;
  readonly may_contact: boolean;
}

export interface PhoneAddress {
  readonly id: string;
  readonly party_id: string | null;
  readonly kind: string;
  readonly line: string;
  readonly place: Point | null;
  readonly status: string;
}

export interface PhoneAccount {
  readonly id: string;
  readonly ref: string;
  readonly kind: string;
  readonly product: string;
  readonly principal_minor: number;
  readonly interest_minor: number;
  readonly penalty_minor: number;
  readonly fee_minor: number;
  readonly overdue_minor: number;
  readonly days_past_due: number;
  readonly as_of: string | null;
}

export interface PhonePromise {
  readonly id: string;
  readonly amount_minor: number;
  readonly due_on: string;
  readonly state: string;
  readonly made_at: string;
}

export interface PhoneHistory {
  readonly id: string;
  readonly kind: 'visit' | 'call' | 'payment' | 'promise';
  readonly at: string;
  readonly result: string | null;
  readonly amount_minor: number | null;
  readonly note: string;
  readonly by: string;
  readonly is_withdrawn: boolean;
}

export interface FactValue {
  readonly value: string;
  readonly version: number;
  readonly edited_at: string;
  readonly edited_by: string;
}

export interface PhoneCase {
  readonly id: string;
  readonly number: string;
  readonly kind: string;
  readonly state: string;
  readonly name: string;
  readonly is_company: boolean;
  readonly search: string;
  readonly language: string;
  readonly zone: string;
  readonly currency: string;
  readonly overdue_minor: number;
  readonly balance_minor: number;
  readonly days_past_due: number;
  readonly bucket: string;
  readonly grade: string | null;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly attempts: number;
  readonly last_attempt_at: string | null;
  readonly door_address_id: string | null;
  readonly accounts: readonly PhoneAccount[];
  readonly parties: readonly PhoneParty[];
  readonly contacts: readonly PhoneContact[];
  readonly addresses: readonly PhoneAddress[];
  readonly promises: readonly PhonePromise[];
  readonly history: readonly PhoneHistory[];
  readonly facts: Readonly<Record<string, FactValue>>;
}

export interface Gone {
  readonly case_id: string;
  readonly reason: string;
}

export interface PhoneNotice {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly case_id: string | null;
}

export interface PhoneStop {
  readonly id: string;
  readonly case_id: string;
  readonly address_id: string | null;
  readonly position: number;
  readonly arrive_at: string;
  readonly leave_at: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly drive_s: number;
  readonly drive_m: number;
  readonly is_locked: boolean;
  readonly is_must: boolean;
  readonly reasons: readonly string[];
  readonly state: 'planned' | 'done' | 'skipped';
  readonly skip_reason: string | null;
}

export interface PhonePlan {
  readonly id: string;
  readonly day: string;
  readonly published_at: string;
  readonly stops: readonly PhoneStop[];
}

export interface PullAnswer {
  readonly cursor: string;
  readonly more: boolean;
  readonly is_prime: boolean;
  readonly server_time: string;
  readonly cases: readonly PhoneCase[];
  readonly gone: readonly Gone[];
  readonly plan: PhonePlan | null;
  readonly notices: readonly PhoneNotice[];
}

/** An expected refusal (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>>;
}
