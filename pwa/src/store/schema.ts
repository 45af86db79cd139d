/**
 * What lies on the phone? The rows of every table. Only ids, days, grades, states and counts are open; what says
 * something about a person is inside `sealed`.
 */
import type { Act, Answer, PhoneCase, PhonePlan, Receipt } from '@/api/types';

import type { Sealed, SealedBytes } from './codec';

/** What a list needs of a case: small, so that thousands are read at once. */
export interface CaseHead {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly is_company: boolean;
  readonly search: string;
  readonly currency: string;
  readonly zone: string;
  readonly state: string;
  readonly bucket: string;
  readonly grade: string | null;
  readonly score: number;
  readonly overdue_minor: number;
  readonly days_past_due: number;
  readonly last_attempt_at: string | null;
  readonly address: string;
  readonly place: { readonly lat: number; readonly lon: number } | null;
  readonly promise_due_on: string | null;
}

export interface HeadRow {
  readonly id: string;
  readonly days_past_due: number;
  readonly grade: string | null;
  readonly state: string;
  /** The prime that brought the row or kept it; rows of an older prime are not mine any more. */
  readonly prime: string;
  /** Why the case goes as soon as its outbox is empty; empty text while it stays. */
  readonly leaving: string;
  readonly sealed: Sealed<CaseHead>;
}

export interface CaseRow {
  readonly id: string;
  readonly sealed: Sealed<PhoneCase>;
}

export interface PlanRow {
  readonly id: string;
  readonly day: string;
  readonly pulled_at: string;
  readonly sealed: Sealed<PhonePlan>;
}

/**
 * Where a mutation stands: only here; on the way; signed for; refused; kept as a conflict; set aside by the person.
 */
export type OutboxState = 'saved' | 'sending' | 'accepted' | 'refused' | 'conflict' | 'aside';

export interface OutboxRow {
  readonly id: string;
  readonly seq: number;
  readonly kind: Act['kind'];
  /** The case it is about; empty text when it is about none. */
  readonly case_id: string;
  readonly schema: number;
  readonly occurred_at: string;
  readonly clock_offset_ms: number | null;
  readonly state: OutboxState;
  readonly answered_at: string | null;
  readonly answer: Sealed<Answer> | null;
  /** The receipt that covers it; null until the server has signed. */
  readonly receipt_id: string | null;
  readonly sealed: Sealed<Act>;
}

export interface ReceiptRow {
  readonly id: string;
  readonly received_at: string;
  /** Whether the signature was checked on this phone; null where the browser cannot. */
  readonly is_genuine: boolean | null;
  readonly receipt: Receipt;
}

export type PhotoState = 'waiting' | 'stored' | 'refused';

/** A photo on its way, under the id of its evidence. Its bytes lie apart, so that a list of photos stays light. */
export interface PhotoRow {
  readonly id: string;
  readonly sha256: string;
  readonly mutation_id: string;
  readonly case_id: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly state: PhotoState;
  readonly sent_bytes: number;
  /** Where the server expects the rest; empty text before the first byte. */
  readonly upload_path: string;
  readonly code: string;
}

export interface PhotoBytesRow {
  readonly sha256: string;
  readonly sealed: SealedBytes;
}

/** Something begun and not yet recorded; it survives a killed tab, a crash and an update. */
export interface DraftRow {
  readonly key: string;
  readonly changed_at: string;
  readonly sealed: Sealed<unknown>;
}

export interface NoticeRow {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly case_id: string | null;
  readonly is_read: 0 | 1;
}

/** Single values: how far the pull is, the last number of the outbox, the clock. Nothing personal. */
export interface Meta {
  readonly cursor: string;
  readonly prime: string;
  readonly prime_done: boolean;
  readonly seq: number;
  readonly clock_offset_ms: number;
  readonly pulled_at: string;
  readonly pushed_at: string;
  readonly on_duty: boolean;
}

export type MetaRow = { [Key in keyof Meta]: { readonly key: Key; readonly value: Meta[Key] } }[keyof Meta];
