/**
 * What lies on the phone? The rows of every table. Only ids, days, grades, states and counts are open; what says
 * something about a person is inside `sealed`.
 */
import type { Act, Answer, OriginalsPolicy, PhoneCase, PhonePlan, PhoneGate, QuestionList, Receipt } from '@/api/types';

import type { BoxKey, Wrapped } from './boxes';
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
  /** The answer's code, open, for a phone that heard it while locked; null when accepted. */
  readonly code: string | null;
  /** Null before there is one, and when it came while the phone was locked: then only the code is known. */
  readonly answer: Sealed<Answer> | null;
  /** The receipt that covers it; null until the server has signed. */
  readonly receipt_id: string | null;
  /** The copy to read here; null after the phone was closed for good: then it can only be sent. */
  readonly sealed: Sealed<Act> | null;
  /** The body as it travels, for the server only; null when it was signed for, and for items of older versions. */
  readonly wire: Travelling | null;
}

/** A body under the outbox key of an envelope (sealing.ts). */
export interface Travelling {
  readonly envelope_id: string;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

/** An outbox key that only the server can take out. */
export interface EnvelopeRow extends Wrapped {
  readonly id: string;
  readonly made_at: string;
}

export interface ReceiptRow {
  readonly id: string;
  readonly received_at: string;
  /** Whether the signature was checked on this phone; null where the browser cannot. */
  readonly is_genuine: boolean | null;
  readonly receipt: Receipt;
}

/** `later` is what the camera gave: it follows when the network costs nothing, or when somebody says so. */
export type PhotoState = 'waiting' | 'later' | 'stored' | 'refused';

/**
 * A photo, note or signature on its way, under the id of its evidence (an original with `:original` behind it). Its bytes
 * lie apart, so that a list of photos stays light.
 */
export interface PhotoRow {
  readonly id: string;
  /** Absent for the smaller copy of a photo, which travels at once. */
  readonly part?: FilePart;
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

export type FilePart = 'original' | 'audio' | 'signature';

export interface PhotoBytesRow {
  readonly sha256: string;
  /**
   * What is shown here: a small copy, or all of an older version's bytes. Null for an original, and after the phone was
   * closed for good.
   */
  readonly sealed: SealedBytes | null;
  /** What travels, for the server only; null when it has arrived, and for photos of older versions. */
  readonly wire: TravellingPhoto | null;
}

/** A photo in segments under a key of its own (photo_sealing.ts). */
export interface TravellingPhoto {
  readonly header: SealedHeader;
  readonly bytes: ArrayBuffer;
}

/** What the server needs besides the bytes: the envelope, the first 7 bytes of each nonce (base64), the plain size. */
export interface SealedHeader extends Wrapped {
  readonly prefix: string;
  readonly size: number;
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

/** Single values: how far the pull is, the last number of the outbox, the clock. What is personal of it is sealed. */
export interface Meta {
  readonly cursor: string;
  readonly prime: string;
  readonly prime_done: boolean;
  readonly seq: number;
  readonly clock_offset_ms: number;
  readonly pulled_at: string;
  readonly pushed_at: string;
  readonly on_duty: boolean;
  /** What is asked about one's own evidence, and when the server told it. */
  readonly questions: { readonly at: string; readonly sealed: Sealed<QuestionList> };
  readonly questions_asked_at: string;
  /** What the phone judges contacts by: people and leases sealed, the law as the server signed it, checked when it came. */
  readonly gate: { readonly at: string; readonly sealed: Sealed<Omit<PhoneGate, 'law'>> };
  readonly law: { readonly law: string; readonly expires_at: string; readonly signed: string };
  /** When originals are sent, as the lender wishes. */
  readonly originals: OriginalsPolicy;
  /** The server's public key to seal for, and the device that envelopes are bound to. */
  readonly box: BoxKey;
  readonly device_id: string;
  /** 1 once nothing plain of versions before the lock is left. */
  readonly form: number;
}

export type MetaRow = { [Key in keyof Meta]: { readonly key: Key; readonly value: Meta[Key] } }[keyof Meta];
